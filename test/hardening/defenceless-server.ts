import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  buildSchema,
  execute,
  type GraphQLError,
  MaxIntrospectionDepthRule,
  parse,
  specifiedRules,
  validate,
  type ExecutionResult,
} from 'graphql';

const schema = buildSchema('type Query { a: Int } type Mutation { a: Int }');

/** What pages of explorers hold. */
const page = `<title>GraphQL Playground</title><title>Apollo Server</title> Apollo Sandbox
  <div id="graphiql">GraphiQL, graphql-playground, altair, voyager</div>`;

const rules = specifiedRules.filter((rule) => rule !== MaxIntrospectionDepthRule);

async function answer({ query = '' }: { readonly query?: string }): Promise<object> {
  const { data, errors } = await run(query);
  const extensions = { exception: { stacktrace: [] } };
  return {
    ...(data && { data }),
    ...(errors && { errors: errors.map(({ message }) => ({ message, extensions })) }),
    extensions: { tracing: {} },
  };
}

async function run(query: string): Promise<Pick<ExecutionResult, 'data' | 'errors'>> {
  try {
    const document = parse(query);
    const errors = validate(schema, document, rules);
    return errors.length > 0 ? { errors } : await execute({ schema, document });
  } catch (error) {
    return { errors: [error as GraphQLError] };
  }
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { searchParams } = new URL(request.url ?? '', 'http://localhost');
  if (body === '' && !searchParams.has('query')) {
    response.setHeader('content-type', 'text/html').end(page);
    return;
  }
  const isForm = request.headers['content-type']?.includes('form') === true;
  const fields = Object.fromEntries(isForm ? new URLSearchParams(body) : searchParams);
  const input = body === '' || isForm ? fields : JSON.parse(body);
  const answers = Array.isArray(input) ? await Promise.all(input.map(answer)) : await answer(input);
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answers));
}

/** A GraphQL server that executes everything in every form, on every path, and hides nothing. */
export async function startDefencelessServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
