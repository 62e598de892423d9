import { execFileSync } from 'node:child_process';

/** Builds the gateway before any test: those that start it run at once, and would write it over one another. */
export default function build() {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
