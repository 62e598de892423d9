import { expect, test } from '@jest/globals';
import { startForwardProxy, startTlsFront } from '../support/forward-proxy.ts';
import { startSessionGateway } from '../support/session-gateway.ts';
// The certificate of the front is trusted.
import './through-proxy.ts';

/** A gateway that reaches the legacy host, which speaks TLS, through a forward proxy, and the API directly. */
async function startThroughProxy() {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startForwardProxy());
  let target = '';
  const gateway = stack.use(
    await startSessionGateway({
      async adjust(config, upstream) {
        const front = stack.use(await startTlsFront(Number(new URL(upstream.url).port)));
        target = front.url.host;
        return { ...config, dingtalk: { ...config.dingtalk, legacy: { url: front.url, proxy: proxy.way } } };
      },
    }),
  );
  const open = stack.move();
  return { proxy, gateway, target, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

test('the legacy host is asked through the forward proxy, which sees its name and no token', async () => {
  await using under = await startThroughProxy();

  expect((await under.gateway.signIn({ authCode: 'auth.chyxxxxx.1' })).status).toBe(201);

  expect(under.proxy.connects).toEqual([{ target: under.target, authorization: undefined }]);
  expect(under.proxy.relayed).toEqual([]);
});

test('a proxy that refuses the legacy host is GATEWAY_MISCONFIGURED, and lookups go on', async () => {
  await using under = await startThroughProxy();
  const { gateway, proxy } = under;
  const token = await gateway.tokenOf('auth.chyxxxxx.1');
  proxy.setFault((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  proxy.cut();

  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await gateway.signIn({ authCode: `auth.chyxxxxx.a${attempt}` })).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false } }] },
    });
  }
  expect((await gateway.ask(token)).status).toBe(200);
});
