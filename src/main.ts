import { enableCompileCache } from 'node:module';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { readConfig } from './config/read-config.ts';
import { createLogger } from './server/logger.ts';
import { listen } from './server/listen.ts';

/** A process manager's word for "the configuration is wrong: do not try again" (`sysexits.h`). */
const badConfigurationExitCode = 78;
/** The whole stop, drain included. */
const stopWithinMs = 9500;

enableCompileCache();
const result = readConfig(process.env);
if (result.ok) {
  const log = createLogger(result.config.logLevel);
  for (const warning of result.warnings) log.warn(warning);
  await serve(result.config, log);
} else {
  const lines = result.problems.map(({ variable, message }) => `  ${variable} ${message}\n`);
  process.stderr.write(
    `The gateway did not start. Put these environment variables right:\n${lines.join('')}`,
  );
  process.exitCode = badConfigurationExitCode;
}

async function serve(config: Config, log: Logger): Promise<void> {
  // Loaded only now, so that a wrong configuration is told at once.
  const { createGateway } = await import('./gateway.ts');
  const sandbox = config.dingtalk.mode === 'sandbox' ? await startEmbeddedSandbox(log) : undefined;
  const dingtalk = sandbox ? { ...config.dingtalk, apiUrl: new URL(sandbox.url) } : config.dingtalk;
  const gateway = await createGateway({ ...config, dingtalk }, { log, clock: systemClock });

  const stop = async (): Promise<void> => {
    await gateway.close();
    await sandbox?.close();
  };
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
  closeWithGrace({ delay: stopWithinMs, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'unforeseen error: stopping');
    else log.info(`${signal}: stopping`);
    await stop();
    log.info('stopped');
  });
}

async function startEmbeddedSandbox(log: Logger): Promise<{ url: string; close(): Promise<void> }> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = await startSandbox();
  log.warn('SANDBOX: this gateway talks to its embedded stand-in, not to DingTalk. Every space is made up.');
  return sandbox;
}
