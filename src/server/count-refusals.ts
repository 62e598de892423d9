import type { FastifyInstance } from 'fastify';

/** Reports the code of each refusal that leaves as an object. Answers of GraphQL are text, and counted where they are made. */
export function countRefusals(app: FastifyInstance, errorsAnswered: (code: unknown) => void): void {
  app.addHook('preSerialization', ({ raw }, _reply, payload: unknown, next) => {
    // To a client that has left nothing is answered.
    const errors = raw.socket.destroyed ? [] : errorsOf(payload);
    for (const { extensions } of errors) errorsAnswered(extensions.code);
    next(null, payload);
  });
}

interface Refusal {
  readonly errors: readonly { readonly extensions: { readonly code: unknown } }[];
}

const errorsOf = (payload: unknown): Refusal['errors'] =>
  typeof payload === 'object' && payload !== null && 'errors' in payload ? (payload as Refusal).errors : [];
