import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const gateway = [process.execPath, 'dist/main.js'];

/** Code for the gateway's process: the system refuses to listen on all but a free port, which the sandbox asks for. */
const refusing = (code: string): string[] => {
  const script = `
    import { Server } from 'node:net';
    const listen = Server.prototype.listen;
    Server.prototype.listen = function (...args) {
      if (args[0]?.port === 0) return listen.apply(this, args);
      process.nextTick(() => this.emit('error', Object.assign(new Error('listen ${code} with details'), { code: '${code}' })));
      return this;
    };`;
  return [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(script)}`, 'dist/main.js'];
};

const quiet = { ALLOW_ANONYMOUS: '1', LOG_LEVEL: 'silent' };

test.each([
  ['ENOTFOUND', 'the host name is unknown. Set HOST to an address of this machine.'],
  [
    'EAI_AGAIN',
    'the host name cannot be resolved now. Start again when DNS answers, or set HOST to an address of this machine.',
  ],
  ['EACCES', 'permission denied. Set PORT to 1024 or above.'],
  [
    'EAFNOSUPPORT',
    'this machine has no addresses of that kind. Set HOST to one that it has, such as 0.0.0.0.',
  ],
  ['EMFILE', 'too many files are open. Raise the limit, for instance with ulimit -n.'],
  ['ENFILE', 'too many files are open. Raise the limit, for instance with ulimit -n.'],
  ['ENOBUFS', 'the system answers ENOBUFS. Set HOST and PORT to an address and a port that are free.'],
])('%s exits with 1 and one line', async (code, why) => {
  await using run = startProcess(refusing(code), { ...quiet, HOST: 'gateway.example', PORT: '4000' });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr: `The gateway cannot listen on gateway.example:4000: ${why}\n`,
  });
});

test('an address that this machine does not have exits with 1 and one line', async () => {
  await using run = startProcess(gateway, { ...quiet, HOST: '192.0.2.1', PORT: '4000' });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr:
      'The gateway cannot listen on 192.0.2.1:4000: this machine does not have that address. Set HOST to one that it has.\n',
  });
});

test('a host of an odd name is only unknown', async () => {
  await using run = startProcess(refusing('ENOTFOUND'), { ...quiet, HOST: 'constructor', PORT: '4000' });

  expect(await run.ended).toBe(1);
  expect(run.output().stderr).toBe(
    'The gateway cannot listen on constructor:4000: the host name is unknown. Set HOST to an address of this machine.\n',
  );
});

test('an address of IPv6 has no other one in its place', async () => {
  await using run = startProcess(refusing('EAFNOSUPPORT'), { ...quiet, HOST: '::1', PORT: '4000' });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr:
      'The gateway cannot listen on [::1]:4000: this machine has no addresses of that kind. Set HOST to one that it has, such as 0.0.0.0.\n',
  });
});

test('a link-local address without its interface exits with 1 and one line', async () => {
  await using run = startProcess(refusing('EINVAL'), { ...quiet, HOST: 'fe80::1', PORT: '4000' });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr:
      'The gateway cannot listen on [fe80::1]:4000: the address cannot be used like this. Set HOST to another one; fe80:: addresses need their interface, as in fe80::1%eth0.\n',
  });
});

test('a Redis and an upstream that do not answer do not keep a gateway that cannot listen', async () => {
  await using silent = await listenSilently();
  await using run = startProcess(gateway, {
    HOST: '192.0.2.1',
    REDIS_URL: `redis://127.0.0.1:${silent.port}`,
    DINGTALK_API_URL: `http://127.0.0.1:${silent.port}`,
    DINGTALK_APP_KEY: 'key',
    DINGTALK_APP_SECRET: 'secret',
    VIEWER_AUTH: 'dingtalk',
    LOG_LEVEL: 'silent',
  });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr:
      'The gateway cannot listen on 192.0.2.1:4000: this machine does not have that address. Set HOST to one that it has.\n',
  });
});

test('a sandbox that cannot listen exits with 1 and one line', async () => {
  const script = `
    import { Server } from 'node:net';
    Server.prototype.listen = function () {
      process.nextTick(() => this.emit('error', Object.assign(new Error('details'), { code: 'EADDRNOTAVAIL' })));
      return this;
    };`;
  const words = ['--import', `data:text/javascript,${encodeURIComponent(script)}`, 'dist/main.js'];
  await using run = startProcess([process.execPath, ...words]);

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr:
      'The sandbox cannot listen on 127.0.0.1: EADDRNOTAVAIL. It needs a loopback interface and a free port.\n',
  });
});

/** Accepts connections and never answers. */
async function listenSilently(): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
