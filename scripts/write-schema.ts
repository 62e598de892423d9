import { writeFile } from 'node:fs/promises';
import { graphql } from 'graphql';
import { createSchema } from '../src/graph/schema.ts';

/** Writes `schema.graphql` from the field `_service.sdl`, so that it equals what routers read, byte for byte. */
const { data, errors } = await graphql({ schema: await createSchema(), source: '{ _service { sdl } }' });
if (errors || !data) throw new AggregateError(errors ?? [], 'The graph did not return its SDL');
const { sdl } = data['_service'] as { readonly sdl: string };

await writeFile(new URL('../schema.graphql', import.meta.url), sdl);
