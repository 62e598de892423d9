import { expect, test } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/gateway-process.ts';

test('a gateway that cannot write its log answers, and stops in order', async () => {
  const port = await freePort();
  const intoFullDisk = ['sh', '-c', `exec '${process.execPath}' dist/main.js > /dev/full`];
  await using run = startProcess(intoFullDisk, { PORT: String(port), LOG_LEVEL: 'trace' });
  const url = `http://127.0.0.1:${port}`;
  const status = (): Promise<number> =>
    fetch(`${url}/healthz`).then(
      (response) => response.status,
      () => 0,
    );

  await eventually(async () => (await status()) === 200);
  expect(await status()).toBe(200);

  run.child.kill('SIGHUP');
  expect(await run.ended).toBe(0);
  expect(run.output().stderr).toBe('');
});
