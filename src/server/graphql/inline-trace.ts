import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { GraphQLError, type FormattedExecutionResult } from 'graphql';
import { formatError } from '../../errors/format-error.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Apollo's inline trace: adds `extensions.ftv1`, the times of all fields, where a router asks for it. An error is its place
 * and its public code, and nothing of its message.
 *
 * @see https://www.apollographql.com/docs/graphos/reference/federation/federated-trace-data
 */
export function createInlineTrace(): ApolloServerPlugin<RequestContext> {
  // The option `transform` gets copies that have lost the error of the resolver, and with it the code.
  const plugin: ApolloServerPlugin<RequestContext> = ApolloServerPluginInlineTrace({
    includeErrors: { unmodified: true },
  });
  return {
    ...plugin,
    async requestDidStart(context) {
      const listener = await plugin.requestDidStart?.(context);
      if (!listener) return;
      return {
        ...listener,
        async didEncounterErrors(encountered) {
          await listener.didEncounterErrors?.({ ...encountered, errors: encountered.errors.map(codeOnly) });
        },
      };
    },
  };
}

function codeOnly(error: GraphQLError): GraphQLError {
  const { nodes, source, positions, path } = error;
  const code = String(formatError(error.toJSON(), error, { keepDocument: false }).extensions?.['code']);
  return new GraphQLError(code, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { code },
  });
}

/** An answer as text. One that only its trace makes longer than `maxBytes` goes without the trace. */
export function stringifyTraced(answer: FormattedExecutionResult, maxBytes: number): string {
  const text = JSON.stringify(answer);
  const { ftv1, ...others } = answer.extensions ?? {};
  if (ftv1 === undefined || Buffer.byteLength(text) <= maxBytes) return text;
  const extensions = Object.keys(others).length > 0 ? { extensions: others } : {};
  return JSON.stringify({ ...answer, extensions: undefined, ...extensions });
}
