import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { routes } from '../../src/sandbox/routes.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox/sandbox-client.ts';
import { endpoints } from '../support/endpoints.ts';

/** Something that each endpoint finds in the stand-in. A new endpoint needs a line. */
const inputs: Readonly<Record<string, object>> = {
  conversationSpace: { openConversationId: 'cid.shortTime' },
  storageSpace: { spaceId: '798xxxxx' },
};

test('every endpoint of the graph is here', () => {
  expect(endpoints.map(({ name }) => name).toSorted()).toEqual(Object.keys(inputs).toSorted());
});

test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s has a route of the stand-in by its name, and its answer reads both ways',
  async (name, { method, path, body, answer }) => {
    const input = inputs[name]!;
    const route = routes.find(({ api }) => api === name)!;
    const pattern = new RegExp(`^${route.url.replaceAll(/:\w+/g, '[^/]+')}$`);
    expect([route.method, pattern.test(path(input))]).toEqual([method, true]);

    const sandbox = await startSandbox();
    const token = await fetchAccessToken(sandbox);
    const response = await fetch(
      `${sandbox.url}${path(input)}?unionId=${sandboxCredentials.operatorUnionId}`,
      {
        method,
        headers: { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token },
        ...(body && { body: JSON.stringify(body(input)) }),
      },
    );
    const decoded: unknown = z.decode(answer, await response.json());
    await sandbox.close();
    const kept: unknown = JSON.parse(JSON.stringify(z.encode(answer, decoded)));

    expect(z.decode(answer, kept)).toEqual(decoded);
  },
);
