import type { Refusal, Refusals } from '../../domain/endpoint.ts';

const notMember: Refusal = {
  kind: 'forbidden',
  message: 'You are not in the organization of this application: sign in as one of its members.',
};

/** The codes of the legacy host for a person whom the application does not know, or may not see. */
export const notMemberRefusals: Refusals = { '50002': notMember, '60121': notMember };

export const notMemberMessage = notMember.message;
