import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startGateway } from './start-gateway.ts';
import { prepareSignIn } from './sign-in-settings.ts';

// Starts the gateway and the page's development server, prints the page's URL, and ends both with Ctrl-C.

const here = new URL('.', import.meta.url);
const missing = [
  { package: '../../node_modules/tsx', command: 'npm ci' },
  { package: 'node_modules/vite', command: 'npm ci --prefix examples/file-browser' },
].find((each) => !existsSync(new URL(`${each.package}/package.json`, here)));

if (missing) {
  console.error(`Packages are missing. In the root of the repository, run first: ${missing.command}`);
  process.exitCode = 1;
} else {
  await serve();
}

async function serve(): Promise<void> {
  const endSignIn = process.env['VIEWER_AUTH'] === 'session' ? await prepareSignIn() : undefined;
  const gateway = await startGateway();
  process.env['GATEWAY_URL'] = gateway.url;
  const { createServer } = await import('vite');
  const page = await createServer({ root: fileURLToPath(here), logLevel: 'warn', clearScreen: false });

  const stop = async (exitCode: number): Promise<void> => {
    await Promise.all([page.close(), gateway.stop()]);
    await endSignIn?.();
    process.exit(exitCode);
  };
  process.once('SIGINT', () => void stop(0));
  process.once('SIGTERM', () => void stop(0));
  // The parent process has ended.
  process.once('disconnect', () => void stop(0));

  try {
    await Promise.all([page.listen(), gateway.ready]);
    console.log(`open ${page.resolvedUrls?.local[0]}`);
  } catch (error) {
    console.error(error);
    await stop(1);
  }
}
