import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/async/clock.ts';
import { sandboxCredentials } from '../../../src/sandbox/credentials.ts';
import type { SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { startGateway, type GatewayUnderTest } from '../../support/start-gateway.ts';

/** A gateway whose application is a third-party one. */
export async function startThirdParty(
  environment: NodeJS.ProcessEnv = {},
  options: { readonly clock?: Clock; readonly sandbox?: SandboxOptions } = {},
): Promise<GatewayUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'suite-ticket-'));
  const ticketFile = join(directory, 'ticket');
  await writeFile(ticketFile, sandboxCredentials.suiteTicket);
  const gateway = await startGateway({
    ...options,
    environment: {
      DINGTALK_APP_KEY: undefined,
      DINGTALK_APP_SECRET: undefined,
      DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
      DINGTALK_SUITE_SECRET: sandboxCredentials.suiteSecret,
      DINGTALK_SUITE_TICKET_FILE: ticketFile,
      DINGTALK_CORP_ID: sandboxCredentials.corpId,
      ...environment,
    },
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    await rm(directory, { recursive: true });
  };
  return { ...gateway, close, [Symbol.asyncDispose]: close };
}
