import { expect, test } from '@jest/globals';
import { routes } from '../../src/sandbox/routes.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

test('calls are logged, and faults set, by the name of the route', async () => {
  const sandbox = await startSandbox();
  for (const { api, method, url } of routes) {
    sandbox.addFault(api, { kind: 'html', status: 418 }, 1);
    const { status } = await fetch(`${sandbox.url}${url.replaceAll(':', '')}`, { method });
    expect({ api: sandbox.calls.at(-1)?.api, status }).toEqual({ api, status: 418 });
  }
  await sandbox.close();
});

test('latency of one API does not affect the others, and latency of all replaces it', async () => {
  const sandbox = await startSandbox();
  const url = `${sandbox.url}/v1.0/contact/users/me`;
  sandbox.setLatency(3_600_000);
  sandbox.setLatency(0, 'usersMe');
  expect(await fetch(url)).toHaveProperty('status', 400);

  sandbox.setLatency(3_600_000, 'usersMe');
  sandbox.setLatency(0);
  expect(await fetch(url)).toHaveProperty('status', 400);
  await sandbox.close();
});
