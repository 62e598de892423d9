import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { pack } from './release/pack.ts';
import { git, readReadiness } from './release/readiness.ts';

const target = 'release';

/** Checks, tests, builds and packs the present commit. Pushes nothing; `--tag` makes the tag. */
async function release(): Promise<void> {
  const { values } = parseArgs({ options: { tag: { type: 'boolean', default: false } } });
  const { version, date, isTagged, problems } = readReadiness();
  if (problems.length > 0) {
    console.error(['This commit cannot be released.', ...problems].join('\n'));
    process.exitCode = 1;
    return;
  }
  for (const args of [['run', 'check'], ['test'], ['run', 'build']]) {
    const { status } = spawnSync('npm', args, { stdio: 'inherit' });
    if (status === 0) continue;
    console.error(`npm ${args.join(' ')} failed: nothing was packed.`);
    process.exitCode = 1;
    return;
  }
  const files = await pack({ root: '.', target, version, date });
  if (values.tag && !isTagged) git('tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
  console.log(
    [
      `Version ${version} of ${date} is in ${target}/: ${files.join(', ')}.`,
      'Next:',
      ...(values.tag || isTagged ? [] : [`  git tag --annotate v${version} --message "Version ${version}"`]),
      `  git push origin v${version}`,
      `  publish the files of ${target}/, with the section of CHANGELOG.md as their text`,
      '  build and push the image: docs/deployment.md#the-image',
    ].join('\n'),
  );
}

await release();
