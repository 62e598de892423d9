import { serveRest } from './rest.ts';
import { createUndiciApi } from './undici-api.ts';

// The limit of the machine: node:http in, undici out, nothing between.
serveRest(await createUndiciApi());
