import { execFileSync } from 'node:child_process';

/** Builds the gateway before all tests: tests that start it run in parallel and would overwrite one another's build. */
export default function build() {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
