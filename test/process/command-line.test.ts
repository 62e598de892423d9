import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { variables } from '../../src/config/variables.ts';
import { version } from '../../src/domain/version.ts';
import { startProcess } from '../support/gateway-process.ts';

const gateway = [process.execPath, 'dist/main.js'];

async function run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  await using started = startProcess([...gateway, ...words], environment);
  const code = await started.ended;
  return { code, ...started.output() };
}

test('--version prints the version of package.json', async () => {
  const { version: inPackage } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

  expect(version).toBe(inPackage);
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${inPackage}\n`, stderr: '' });
});

test('--help names the options, the exit codes and every variable, whatever the configuration', async () => {
  const answer = await run(['--help'], { PORT: 'wrong' });

  expect(answer).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = answer as { stdout: string };
  const named = [...stdout.matchAll(/^ {2}([A-Z_]+)$/gm)].map(([, name = '']) => name);
  expect(named).toEqual(expect.arrayContaining([...Object.keys(variables), 'DINGTALK_APP_SECRET_FILE']));
  expect(stdout).toContain(
    '--check        read the configuration, print what is wrong with it, and end: 0 or 78',
  );
});

test('--check says what the configuration means, without values that are secret, and does not start', async () => {
  const environment = {
    // In use or not: it is not listened on.
    PORT: '1',
    DINGTALK_APP_KEY: 'my-app-key',
    DINGTALK_APP_SECRET: 'my-app-secret',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'my-router-secret',
    REDIS_URL: 'redis://user:my-password@redis.example/2',
    CORS_ORIGNS: 'x',
  };

  expect(await run(['--check'], environment)).toEqual({
    code: 0,
    stdout: [
      'The configuration is valid.',
      '  DingTalk  LIVE: https://api.dingtalk.io/',
      '  viewer    router: the operator that the router names',
      '  Redis     redis.example:6379',
      'Warning: CORS_ORIGNS is not a variable of the gateway and is ignored: did you mean CORS_ORIGINS?',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('--check of a wrong configuration ends with 78 and every problem', async () => {
  expect(await run(['--check'], { ALLOW_ANONYMOUS: '1', PORT: 'x', HOST: '/' })).toEqual({
    code: 78,
    stdout: '',
    stderr: [
      'The gateway did not start. Correct these environment variables:',
      '  HOST must be an address or a name of this machine, such as 0.0.0.0: no scheme, no port, no path',
      '  PORT must be a whole number from 0 to 65535',
      '',
    ].join('\n'),
  });
});

test.each([[['--port=80']], [['my-secret']], [['--check=yes']], [['-x', '--help']]])(
  '%j ends with 64 and one line, which does not repeat it',
  async (words) => {
    expect(await run(words)).toEqual({
      code: 64,
      stdout: '',
      stderr:
        'The gateway takes the options --help, --version and --check only: everything else is an environment variable.\n',
    });
  },
);

test('.env is read by Node’s own switch', async () => {
  await using started = startProcess(
    [process.execPath, '--env-file=test/process/example.env', 'dist/main.js', '--check'],
    { VIEWER_AUTH: 'dingtalk' },
  );

  expect(await started.ended).toBe(0);
  // What the environment has stays as it is.
  expect(started.output().stdout).toContain('viewer    dingtalk: the person of the DingTalk user token');
  expect(started.output().stdout).toContain('LIVE: https://api.dingtalk.com/');
});
