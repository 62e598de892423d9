import { createHash } from 'node:crypto';
import type { Deadline } from '../../async/deadline.ts';
import type { DingTalkAsUser, DingTalkSignIn, GrantedUserToken } from '../../dingtalk/dingtalk.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { kinds, type DingTalkErrorKind } from '../../errors/kinds.ts';
import { publicError, type PublicError } from '../../errors/public-error.ts';
import { addressBlock } from '../address-block.ts';
import { createUnknownBearers } from '../unknown-bearers.ts';
import { memberEndpoint } from './member.endpoint.ts';
import { notMemberMessage } from './not-member.ts';
import { pagePersonEndpoint } from './page-person.endpoint.ts';
import type { Person } from './person.ts';
import { signedInPersonEndpoint } from './signed-in-person.endpoint.ts';

/** Where a code is from: a page inside DingTalk, or DingTalk's login page. Also the name of its argument. */
export type CodeKind = 'authCode' | 'oauthCode';

export interface Code {
  readonly kind: CodeKind;
  readonly value: string;
  /** The organization, where the application serves several. */
  readonly corpId: string | undefined;
  /** The client's address; undefined once it has left. */
  readonly address: string | undefined;
}

/**
 * Asks DingTalk whose code this is, within the limits for one address.
 *
 * @throws a public error or a {@link DingTalkError} with the words for the client, or what the deadline is aborted with.
 */
export type ExchangeCode = (code: Code, deadline: Deadline) => Promise<Person>;

type SigningIn = DingTalkSignIn & DingTalkAsUser;

/** Two equal codes at once are one exchange: the second is refused, and so nobody gets a session of another's code. */
export function createCodeExchange(dingtalk: SigningIn): ExchangeCode {
  const limits = createUnknownBearers(dingtalk, 'signIn');
  /** Hashes of the codes that are being exchanged: as many as `limits` lets in. */
  const underWay = new Set<string>();

  return async ({ kind, value, corpId, address }, deadline) => {
    const hash = hashOf(`${kind} ${value}`);
    const options = { corpId, deadline, queueKey: addressBlock(address ?? '') };
    return limits.run(address, deadline, async () => {
      if (underWay.has(hash)) throw inUse(kind);
      underWay.add(hash);
      try {
        return await (kind === 'authCode'
          ? dingtalk.callLegacy(pagePersonEndpoint, { code: value }, options)
          : personOfLogin(dingtalk, value, options));
      } catch (error) {
        throw asRefusedCode(error, kind);
      } finally {
        underWay.delete(hash);
      }
    });
  };
}

interface Options {
  readonly corpId: string | undefined;
  readonly deadline: Deadline;
  readonly queueKey: string;
}

async function personOfLogin(dingtalk: SigningIn, code: string, options: Options): Promise<Person> {
  const granted = await dingtalk.fetchUserToken(code, options);
  // The person chose another organization at the login page than the page asks for.
  if (options.corpId !== undefined && (granted.corpId ?? options.corpId) !== options.corpId)
    throw notMember();
  try {
    return await memberOf(dingtalk, granted, options);
  } catch (error) {
    throw afterItsCode(error);
  }
}

async function memberOf(dingtalk: SigningIn, { value }: GrantedUserToken, options: Options): Promise<Person> {
  const token = { value, hash: hashOf(value), isKnown: false };
  const person = await dingtalk.callAsUser(signedInPersonEndpoint, {}, token, options);
  const { isMember } = await dingtalk.callLegacy(memberEndpoint, { unionId: person.unionId }, options);
  if (!isMember) throw notMember();
  return person;
}

/** A refusal that says nothing else means the code. Nothing else in the request could be wrong, or be found. */
function asRefusedCode(error: unknown, kind: CodeKind): unknown {
  if (!(error instanceof DingTalkError) || error.details.public) return error;
  if (error.kind === 'not-found' || error.kind === 'malformed-response') {
    const message = 'DingTalk sent a malformed answer, and may have taken the code: ask it for a new one.';
    return new DingTalkError('malformed-response', {
      ...error.details,
      public: { message, retryable: false },
    });
  }
  if (error.kind !== 'bad-argument') return error;
  const message = 'DingTalk refuses the code: ask it for a new one.';
  const words = { code: 'UNAUTHENTICATED', message, argument: kind } as const;
  return new DingTalkError(error.kind, { ...error.details, public: words });
}

/** DingTalk has taken the code: the same request can only fail. */
function afterItsCode(error: unknown): unknown {
  if (!(error instanceof DingTalkError)) return error;
  const { passing, code } = kinds[contradicts.has(error.kind) ? 'malformed-response' : error.kind];
  if (!passing) return error;
  const message = 'DingTalk failed after it had taken the code: sign in to DingTalk again.';
  return publicError(code, message, { cause: error });
}

/** DingTalk refuses the token or the person that it has just named: nothing that the client could correct. */
const contradicts: ReadonlySet<DingTalkErrorKind> = new Set(['bad-argument', 'stale-token', 'not-found']);

const notMember = (): PublicError => publicError('FORBIDDEN', notMemberMessage, { httpStatus: 403 });

const inUse = (kind: CodeKind): PublicError =>
  publicError('UNAUTHENTICATED', 'Another request uses this code: ask DingTalk for a new one.', {
    httpStatus: 401,
    argument: kind,
  });

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
