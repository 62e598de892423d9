import { noProxy, proxyUrl } from '../proxy-schemas.ts';
import { secretVariable, variable } from './variable.ts';

/** The forward proxy. These names are the system's, in capitals or in lower case. */
export const proxyVariables = {
  HTTPS_PROXY: secretVariable(
    proxyUrl,
    '–',
    'forward proxy for https: `http://[user:password@]host[:port]`, or `https://`',
  ),
  HTTP_PROXY: secretVariable(proxyUrl, '–', 'the same for plain http, see `ALLOW_PLAINTEXT_SECRETS`'),
  NO_PROXY: variable(noProxy, '–', 'comma-separated hosts that are asked without it; `*`: all'),
};
