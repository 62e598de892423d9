import { readConfig as readConfigWith, type ConfigResult } from '../../src/config/read-config.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';

/** The configuration that `main.ts` would read from `environment`. */
export const readConfig = (environment: NodeJS.ProcessEnv): ConfigResult =>
  readConfigWith(environment, sandboxCredentials);
