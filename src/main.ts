import module from 'node:module';
import v8 from 'node:v8';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';

/** A process manager's word for "the configuration is wrong: do not try again" (`sysexits.h`). */
const badConfigurationExitCode = 78;
/** What got and the language features in use ask for. */
const oldestNode = 22;

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  const remedy = 'start it with npm start, which brings Node 24, or install that';
  process.stderr.write(
    `The gateway needs Node ${oldestNode} or newer and this is ${process.versions.node}: ${remedy}.\n`,
  );
  process.exitCode = 1;
} else {
  // What V8 has seen live long while little was going on it would make in the old generation from then on, where it is
  // not collected with what it was made for, nor is anything that it refers to: most of what a lookup leaves behind.
  v8.setFlagsFromString('--no-allocation-site-pretenuring');
  // Before everything that is worth caching is loaded: the rest is imported where it is needed.
  if (import.meta.filename.endsWith('.js')) keepCompiledCode();
  await start();
}

/**
 * Beside the bundle, which brings it along from its build wherever it is copied to; for the user who built it. Not among
 * the temporary files, Node's own choice: on a machine that others use as well they could put code there.
 */
function keepCompiledCode(): void {
  process.env['NODE_COMPILE_CACHE_PORTABLE'] = '1';
  module.enableCompileCache(`${import.meta.dirname}/compile-cache`);
  // What is compiled when it is first called is not kept: all of it is compiled as it is loaded, once, by the build.
  if (module.getCompileCacheDir() !== undefined) v8.setFlagsFromString('--no-lazy');
}

async function start(): Promise<void> {
  const { readConfig } = await import('./config/read-config.ts');
  const { sandboxCredentials } = await import('./sandbox/credentials.ts');
  const result = readConfig(process.env, sandboxCredentials);
  if (result.ok) {
    const { createLogger } = await import('./observability/logger.ts');
    const log = createLogger(result.config.logLevel);
    for (const warning of result.warnings) log.warn(warning);
    await serve(result.config, log);
    return;
  }
  const lines = [
    ...result.problems.map(({ variable, message }) => `  ${variable} ${message}\n`),
    ...result.hints.map((hint) => `${hint}\n`),
  ];
  process.stderr.write(
    `The gateway did not start. Put these environment variables right:\n${lines.join('')}`,
  );
  process.exitCode = badConfigurationExitCode;
}

async function serve(config: Config, log: Logger): Promise<void> {
  const { systemClock } = await import('./async/clock.ts');
  const { createGateway } = await import('./gateway.ts');
  const { listen } = await import('./process/listen.ts');
  const { stopOnSignal } = await import('./process/stop-on-signal.ts');
  const sandbox = config.dingtalk.mode === 'sandbox' ? await startEmbeddedSandbox(log) : undefined;
  const dingtalk = sandbox ? { ...config.dingtalk, apiUrl: new URL(sandbox.url) } : config.dingtalk;
  const gateway = await createGateway(
    { ...config, dingtalk },
    { log, clock: systemClock, random: Math.random },
  );

  const stop = async (): Promise<void> => {
    await gateway.close();
    await sandbox?.close();
  };
  await gateway.prepare();
  const address = await listen(gateway.app, config);
  if (address === undefined) {
    await stop();
    process.exitCode = 1;
    return;
  }
  log.info(
    { graphql: `${address}/graphql`, ...(config.explorer && { explorer: `${address}/` }) },
    `open ${address}`,
  );
  stopOnSignal(log, stop);
  // Fetches the first token before the first query, and logs at once why there is none.
  await gateway.whyNotReady();
}

async function startEmbeddedSandbox(log: Logger): Promise<{ url: string; close(): Promise<void> }> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = await startSandbox();
  log.warn('SANDBOX: this gateway talks to its embedded stand-in, not to DingTalk. Every space is made up.');
  return sandbox;
}
