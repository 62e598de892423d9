import { readFile } from 'node:fs/promises';
import { graphql, type GraphQLSchema } from 'graphql';
import { createSchema } from '../../src/graph/schema.ts';
import { createApiSchema, printApiSchema } from './api-schema.ts';
import { describeForCaches, introspect } from './client-caches.ts';

const root = new URL('../../', import.meta.url);
const generated = (source: string): string =>
  `// Written by \`npm run schema\` from ${source}: change that, not this.\n`;

/** What `npm run schema` writes: each file's text by its path. */
export async function generateFiles(): Promise<Readonly<Record<string, string>>> {
  const api = await createApiSchema();
  return {
    'schema.graphql': await readSdl(await createSchema()),
    'schema.api.graphql': printApiSchema(api),
    'client/src/generated/codes.ts': await copyOf('src/errors/codes.ts'),
    'client/src/generated/public-extensions.ts': await copyOf('src/errors/public-extensions.ts'),
    'client/src/generated/caches.ts': `${generated('the schema')}${describeForCaches(api)}`,
    'client/src/generated/introspection.ts': `${generated('the schema')}${introspect(api)}`,
  };
}

/** What routers read, byte for byte. */
async function readSdl(schema: GraphQLSchema): Promise<string> {
  const { data, errors } = await graphql({ schema, source: '{ _service { sdl } }' });
  if (errors || !data) throw new AggregateError(errors ?? [], 'The graph did not return its SDL');
  const { sdl } = data['_service'] as { readonly sdl: string };
  return sdl;
}

/** The client has no dependency on the gateway: it holds a copy of the two files that clients need. */
const copyOf = async (source: string): Promise<string> =>
  generated(source) + (await readFile(new URL(source, root), 'utf8'));
