import module from 'node:module';
import v8 from 'node:v8';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { ConfigResult, Problem } from './config/read-config.ts';
import type { Gateway } from './gateway.ts';
import { writeToStderr, writeToStdout } from './observability/standard-streams.ts';
import { catchStopSignals } from './process/stop-on-signal.ts';

const stopSignals = catchStopSignals();

/** `EX_USAGE` of `sysexits.h`: the command line is wrong. */
const badUsageExitCode = 64;
/** `EX_CONFIG` of `sysexits.h`: the configuration is wrong, and a process manager should not restart the gateway. */
const badConfigurationExitCode = 78;
/**
 * How long a stopping gateway's connections must be quiet before it closes idle ones: a client that uses one sends its
 * next request by then, and learns from the answer that it is the last.
 */
const quietMs = 1000;
/** Required by got and by the language features in use. */
const oldestNode = 22;

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  const remedy = 'start it with npm start, which brings Node 24, or install Node 24';
  writeToStderr(
    `The gateway needs Node ${oldestNode} or newer and this is ${process.versions.node}: ${remedy}.\n`,
  );
  process.exitCode = 1;
} else {
  // Asking for the stream makes a pipe or a socket non-blocking: Node's own warnings and its last words cannot hang there.
  void process.stderr;
  // By default V8 soon allocates in the old generation what lived long at the start, and collects a lookup's garbage late.
  v8.setFlagsFromString('--no-allocation-site-pretenuring');
  // Before anything large is loaded, hence the dynamic imports below.
  if (import.meta.filename.endsWith('.js')) useCompileCache();
  await start();
}

/**
 * Uses the compile cache that the build wrote beside the bundle. Node keeps one for each user: a user other than the
 * builder starts without. Node's default is a temporary directory, which is not safe for code on a shared machine.
 */
function useCompileCache(): void {
  process.env['NODE_COMPILE_CACHE_PORTABLE'] = '1';
  module.enableCompileCache(`${import.meta.dirname}/compile-cache`);
  // The cache keeps only functions that were compiled while their module was loaded.
  if (module.getCompileCacheDir() !== undefined) v8.setFlagsFromString('--no-lazy');
}

async function start(): Promise<void> {
  const { readCommand } = await import('./process/command-line.ts');
  const command = readCommand(process.argv.slice(2));
  switch (command.action) {
    case 'print':
      writeToStdout(command.text);
      return;
    case 'refuse':
      writeToStderr(command.text);
      process.exitCode = badUsageExitCode;
      return;
    case 'check':
    case 'serve': {
      const { readConfig } = await import('./config/read-config.ts');
      const { sandboxCredentials } = await import('./sandbox/credentials.ts');
      const result = readConfig(process.env, sandboxCredentials);
      if (!result.ok) refuse(result);
      else if (command.action === 'serve') await serve(result);
      else await confirm(result);
    }
  }
}

type ConfigOf<Ok extends boolean> = Extract<ConfigResult, { ok: Ok }>;

function refuse({ problems, hints }: Pick<ConfigOf<false>, 'problems' | 'hints'>): void {
  const lines = [
    ...problems.map(({ variable, message }) => `  ${variable} ${message}\n`),
    ...hints.map((hint) => `${hint}\n`),
  ];
  writeToStderr(`The gateway did not start. Correct these environment variables:\n${lines.join('')}`);
  process.exitCode = badConfigurationExitCode;
}

async function confirm({ config, warnings }: ConfigOf<true>): Promise<void> {
  const { describe } = await import('./process/start-message.ts');
  const problems = config.persistedDocuments ? await documentProblemsOf(config) : [];
  if (problems.length > 0) {
    refuse({ problems, hints: [] });
    return;
  }
  const lines = [
    'The configuration is valid.',
    describe(config),
    ...warnings.map((each) => `Warning: ${each}`),
  ];
  writeToStdout(`${lines.join('\n')}\n`);
}

/** Loads the graph, which a check without documents does not need. */
async function documentProblemsOf(config: Config): Promise<readonly Problem[]> {
  const { checkDocuments } = await import('./process/check-documents.ts');
  return checkDocuments(config);
}

async function createLog({ logLevel, logFormat }: Config): Promise<{ log: Logger; isText: boolean }> {
  const { createLogger } = await import('./observability/logger.ts');
  const isTerminal = process.stdout.isTTY;
  const isText = logFormat === undefined ? isTerminal : logFormat === 'text';
  if (!isText) return { log: createLogger(logLevel), isText };
  // Loaded only for people: it takes as long as a tenth of the start.
  const { createReadableLine } = await import('./observability/readable-line.ts');
  const render = createReadableLine({ colors: isTerminal && !process.env['NO_COLOR'] });
  return { log: createLogger(logLevel, undefined, render), isText };
}

async function serve({ config, warnings }: ConfigOf<true>): Promise<void> {
  const { log, isText } = await createLog(config);
  for (const warning of warnings) log.warn(warning);
  const { systemClock } = await import('./async/clock.ts');
  const { createGateway } = await import('./gateway.ts');
  const { adminNames, listen } = await import('./process/listen.ts');
  const { startMessageOf, startText } = await import('./process/start-message.ts');
  const { limitConnectAttempts } = await import('./process/connect-attempts.ts');
  const { logProxies } = await import('./process/log-proxies.ts');
  limitConnectAttempts(config.dingtalk.timeoutMs);
  logProxies(log, config);
  const isSandbox = config.dingtalk.mode === 'sandbox';
  const sandbox = isSandbox ? await startEmbeddedSandbox(log) : undefined;
  if (isSandbox && sandbox === undefined) {
    process.exitCode = 1;
    return;
  }
  const dingtalk = sandbox ? atSandbox(config.dingtalk, new URL(sandbox.url)) : config.dingtalk;
  let gateway: Gateway;
  try {
    const dependencies = { log, clock: systemClock, random: Math.random };
    gateway = await createGateway({ ...config, dingtalk }, dependencies);
  } catch (error) {
    await sandbox?.close();
    const { documentProblems } = await import('./process/check-documents.ts');
    refuse({ problems: documentProblems(error), hints: [] });
    return;
  }

  const { shutdownDelayMs: delayMs } = config;
  stopSignals.stopBy({
    log,
    delayMs,
    async stop() {
      const isOpen = gateway.app.server.listening;
      await gateway.close({ delayMs: isOpen ? delayMs : 0, quietMs });
      await sandbox?.close();
    },
  });
  await gateway.prepare();
  if (stopSignals.isStopping) return;
  const admin = config.admin && gateway.admin && (await listen(gateway.admin, config.admin, adminNames));
  const isAdminMissing = config.admin !== undefined && admin === undefined;
  const address = isAdminMissing ? undefined : await listen(gateway.app, config);
  if (address === undefined) {
    if (stopSignals.isStopping) return;
    await gateway.close();
    await sandbox?.close();
    process.exitCode = 1;
    return;
  }
  const message = startMessageOf(config, address, admin);
  if (isText) log.info(startText(config, message));
  else log.info(message, `open ${address}`);
  // Fetches a token before the first query. If that fails, the reason is logged at once.
  await gateway.whyNotReady();
}

/** The stand-in plays both of DingTalk's hosts. */
function atSandbox(dingtalk: Config['dingtalk'], url: URL): Config['dingtalk'] {
  return { ...dingtalk, apiUrl: url, legacy: dingtalk.legacy && { ...dingtalk.legacy, url } };
}

/** Returns undefined, and prints the reason, if the sandbox cannot listen. */
async function startEmbeddedSandbox(
  log: Logger,
): Promise<{ url: string; close(): Promise<void> } | undefined> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  try {
    const sandbox = await startSandbox();
    log.warn('SANDBOX: this gateway uses its embedded stand-in, not DingTalk. All data is made up.');
    return sandbox;
  } catch (error) {
    const { code = 'an unknown error' } = error as NodeJS.ErrnoException;
    writeToStderr(
      `The sandbox cannot listen on 127.0.0.1: ${code}. It needs a loopback interface and a free port.\n`,
    );
    return undefined;
  }
}
