import { admitAppCall } from './admit-app-call.ts';
import { errorAnswer, successAnswer, type Answer } from './answer.ts';
import type { DocumentedError, DocumentedErrorCode } from './documented-errors.ts';
import type { RoutedCall, SandboxRoute } from './sandbox-route.ts';

/** What an API knows, by the one id that it is asked for. */
export interface KnownIds {
  /** The id that a call asks for; undefined or empty if there is none. */
  readonly idOf: (routed: RoutedCall) => string | undefined;
  readonly withoutId: DocumentedErrorCode;
  readonly unknownId: DocumentedErrorCode;
  /** Such ids have a made-up body, always the same for the same id. */
  readonly isDemo: (id: string) => boolean;
  readonly demoBody: (id: string, corpId: string) => object;
  readonly fixed: ReadonlyMap<string, () => Answer>;
}

/** The answer of an API that looks up one id: admits the call, applies the rules of denial, then looks it up. */
export function answerById(known: KnownIds): SandboxRoute['answer'] {
  return (routed, state) => {
    const admission = admitAppCall(routed, state);
    if ('refusal' in admission) return admission.refusal;
    const id = known.idOf(routed);
    if (id === undefined || id === '') return errorAnswer(known.withoutId);
    if (state.rules.isDenied(admission.unionId, id)) return errorAnswer('permissionDenied');
    if (known.isDemo(id)) return successAnswer(known.demoBody(id, admission.grant.corpId));
    return known.fixed.get(id)?.() ?? errorAnswer(known.unknownId);
  };
}

/** Whether an id is a prefix and something after it. */
export const startsWith =
  (prefix: string) =>
  (id: string): boolean =>
    id.startsWith(prefix) && id.length > prefix.length;

/** An id for each error: its code after a prefix. */
export const errorsById = (
  prefix: string,
  errors: readonly DocumentedError[],
): (readonly [id: string, answer: () => Answer])[] =>
  errors.map(({ code }) => [`${prefix}${code}`, () => errorAnswer(code)] as const);
