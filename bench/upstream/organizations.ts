import { errorAnswer, successAnswer, type Answer } from '../../src/sandbox/answer.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { bodyField, type SandboxCall } from '../../src/sandbox/sandbox-call.ts';
import type { SandboxState } from '../../src/sandbox/sandbox-route.ts';

const { corpId, suiteKey } = sandboxCredentials;
const ofBenchmark = /^ding-organization-\d+$/;

/** An organization that has authorised the suite. The first one also owns the internal application. */
export const corpIdOf = (organization: number): string =>
  organization === 0 ? corpId : `ding-organization-${organization}`;

/** The suite's access token in any of these organizations: the stand-in's own suite has two. */
export function answerSuiteToken(call: SandboxCall, { tokens, isSecretOf }: SandboxState): Answer {
  const asked = bodyField(call, 'authCorpId') ?? '';
  const isOurs = asked === corpId || ofBenchmark.test(asked);
  if (!isOurs || !isSecretOf(suiteKey, bodyField(call, 'suiteSecret'))) return errorAnswer('invalidAuthInfo');
  const { token, expiresInSeconds } = tokens.issue({
    endpoint: 'corpAccessToken',
    app: suiteKey,
    corpId: asked,
  });
  return successAnswer({ accessToken: token, expireIn: expiresInSeconds });
}
