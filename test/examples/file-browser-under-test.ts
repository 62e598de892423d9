import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startGateway } from '../support/start-gateway.ts';

const run = promisify(execFile);

/** The folder of the example. */
export const example = fileURLToPath(new URL('../../examples/file-browser/', import.meta.url));
export const howToInstall = 'npm ci --prefix examples/file-browser';
/** The page's packages are dependencies of the example alone. */
export const installed = ['vite', '@apollo/client'].every((name) =>
  existsSync(join(example, `node_modules/${name}/package.json`)),
);

/** Builds the page as for production into a folder of its own, and returns that folder. `settings` are `VITE_…` variables. */
export async function buildPage(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'file-browser-'));
  const vite = join(example, 'node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, 'build', '--outDir', folder, '--emptyOutDir'], {
    cwd: example,
    // Jest's own would be a build for tests.
    env: { ...process.env, ...settings, NODE_ENV: 'production' },
  });
  return folder;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface ServedFileBrowser {
  readonly origin: string;
  readonly upstream: Sandbox;
  close(): Promise<void>;
}

const sessionVariables = { VIEWER_AUTH: 'session', SESSION_KEY: 'a-key-for-the-sessions-of-the-page' };

/** The built page and a gateway behind one origin, as behind a reverse proxy. `signsIn`: people have to. */
export async function serveFileBrowser({ signsIn = false } = {}): Promise<ServedFileBrowser> {
  const gateway = await startGateway({ environment: signsIn ? sessionVariables : {} });
  const folder = await buildPage(
    signsIn
      ? {
          VITE_DINGTALK_CLIENT_ID: sandboxCredentials.appKey,
          VITE_DINGTALK_LOGIN_URL: `${gateway.upstream.url}/oauth2/auth`,
        }
      : {},
  );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (pathname === '/graphql' || pathname.startsWith('/session')) {
      const { method, headers } = request;
      const passedOn = httpRequest(`${gateway.url}${pathname}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passedOn);
      return;
    }
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    readFile(join(folder, file)).then(
      (body) => response.writeHead(200, { 'content-type': types[extname(file)] }).end(body),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    upstream: gateway.upstream,
    async close() {
      server.closeAllConnections();
      server.close();
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}
