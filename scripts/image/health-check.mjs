// For HEALTHCHECK: exits with 0 if the gateway of this container lives. Any Node, no package, no shell.
import http from 'node:http';

const timeoutMs = 2_500;
// Read as the gateway reads them: blanks around a value are ignored, an empty one counts as unset.
const [ADMIN_HOST, ADMIN_PORT, HOST, PORT] = ['ADMIN_HOST', 'ADMIN_PORT', 'HOST', 'PORT'].map((name) =>
  process.env[name]?.trim(),
);

const host = (ADMIN_PORT && ADMIN_HOST) || HOST;
// All addresses include loopback.
const isWildcard = !host || host === '::' || host === '0.0.0.0';

http
  .get({
    host: isWildcard ? '127.0.0.1' : host,
    port: ADMIN_PORT || PORT || '4000',
    path: '/healthz',
    // Checks by address pass, whatever names ALLOWED_HOSTS has.
    headers: { host: '127.0.0.1' },
    agent: false,
  })
  .setTimeout(timeoutMs, () => end(`no answer within ${timeoutMs} ms`))
  .on('response', ({ statusCode }) => end(statusCode === 200 ? undefined : `status ${statusCode}`))
  .on('error', ({ message }) => end(message));

/** @param {string | undefined} problem */
function end(problem) {
  if (problem !== undefined) console.error(`/healthz: ${problem}`);
  process.exit(problem === undefined ? 0 : 1);
}
