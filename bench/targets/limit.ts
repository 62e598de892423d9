import { serveRest } from './rest.ts';
import { createUndiciLookup } from './undici-lookup.ts';

// What the machine allows: node:http in, undici out, nothing between.
serveRest(await createUndiciLookup());
