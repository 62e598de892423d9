import { serveRest } from './rest.ts';
import { createUndiciLookup } from './undici-lookup.ts';

// The limit of the machine: node:http in, undici out, nothing between.
serveRest(await createUndiciLookup());
