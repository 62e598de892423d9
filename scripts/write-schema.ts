import { writeFile } from 'node:fs/promises';
import { graphql } from 'graphql';
import { createSchema } from '../src/graph/schema.ts';

/** `schema.graphql` is what a router is told, byte for byte: so it comes from the same field. */
const { data, errors } = await graphql({ schema: await createSchema(), source: '{ _service { sdl } }' });
if (errors || !data) throw new AggregateError(errors ?? [], 'The graph could not tell its schema');
const { sdl } = data['_service'] as { readonly sdl: string };

await writeFile(new URL('../schema.graphql', import.meta.url), sdl);
