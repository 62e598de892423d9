import { secretVariable, variable } from './variable.ts';
import { apiUrl, corpId, oneOf, secret, secretPair, text } from '../variable-schemas.ts';

/** The DingTalk application, and which API it calls. */
export const applicationVariables = {
  DINGTALK_MODE: variable(
    oneOf('live', 'sandbox'),
    '`live` with credentials, else `sandbox`',
    '`sandbox`: the embedded stand-in; in production only if set',
  ),
  DINGTALK_API_URL: variable(
    apiUrl,
    '`https://api.dingtalk.io`',
    'upstream, also with a path; China: `https://api.dingtalk.com`',
  ),
  DINGTALK_LEGACY_URL: variable(
    apiUrl,
    '`oapi.` for `api.` in the one above',
    "`session`: DingTalk's legacy host, where people sign in",
  ),
  ALLOW_PLAINTEXT_SECRETS: variable(
    oneOf('0', '1'),
    '`0`',
    '`1`: plain http to `DINGTALK_API_URL`: all secrets readable',
  ),
  DINGTALK_APP_KEY: variable(secret, '–', 'internal app: its key'),
  DINGTALK_APP_SECRET: secretVariable(secretPair, '–', 'internal app: its secret, or two with a comma'),
  DINGTALK_CORP_ID: variable(corpId, '–', 'organization whose token is used; see the kinds of app below'),
  DINGTALK_SUITE_KEY: variable(secret, '–', 'third-party enterprise app: its key'),
  DINGTALK_SUITE_SECRET: secretVariable(secretPair, '–', 'third-party enterprise app: its secret, or two'),
  DINGTALK_SUITE_TICKET_FILE: variable(text, '–', 'file with the latest suite ticket, read for every token'),
};
