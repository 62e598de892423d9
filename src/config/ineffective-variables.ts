import { closest, distance } from 'fastest-levenshtein';
import { isPlaintext } from './application-rules.ts';
import type { Config, ViewerConfig } from './config.ts';
import { variables, type Settings, type VariableName } from './variables.ts';

/** Variables that have an effect with one `VIEWER_AUTH` only. */
const variablesOfAuth: Readonly<Record<ViewerConfig['kind'], readonly VariableName[]>> = {
  fixed: ['DINGTALK_OPERATOR_UNION_ID', 'GATEWAY_API_KEYS', 'ALLOW_ANONYMOUS'],
  jwt: [
    'VIEWER_JWKS_URL',
    'VIEWER_JWT_PUBLIC_KEY',
    'VIEWER_JWT_ISSUER',
    'VIEWER_JWT_AUDIENCE',
    'VIEWER_UNION_ID_CLAIM',
    'VIEWER_CORP_ID_CLAIM',
  ],
  dingtalk: [],
  router: ['ROUTER_SECRET'],
};

/** Variables that have no effect in the sandbox. */
const liveVariables: readonly VariableName[] = [
  'DINGTALK_API_URL',
  'ALLOW_PLAINTEXT_SECRETS',
  'DINGTALK_APP_KEY',
  'DINGTALK_APP_SECRET',
  'DINGTALK_CORP_ID',
  'DINGTALK_SUITE_KEY',
  'DINGTALK_SUITE_SECRET',
  'DINGTALK_SUITE_TICKET_FILE',
];

/** One warning for each variable that is set but has no effect because of another one. */
export function ineffectiveVariableWarnings(config: Config, settings: Settings): string[] {
  const { viewer, dingtalk } = config;
  const unusedViewerVariables = Object.entries(variablesOfAuth).flatMap(([kind, names]) =>
    kind === viewer.kind ? [] : names,
  );
  const warn = (names: readonly VariableName[], why: string): string[] =>
    names.filter((name) => settings[name] !== undefined).map((name) => `${name} has no effect ${why}`);
  return [
    ...warn(unusedViewerVariables, `with VIEWER_AUTH=${viewer.kind}`),
    ...(dingtalk.mode === 'sandbox' ? warn(liveVariables, 'in the sandbox') : []),
    ...(dingtalk.mode === 'live' && settings.ALLOW_PLAINTEXT_SECRETS === '1' && !isPlaintext(dingtalk.apiUrl)
      ? warn(['ALLOW_PLAINTEXT_SECRETS'], 'where DINGTALK_API_URL is https or loopback')
      : []),
  ];
}

const known = Object.keys(variables);
/** Prefixes that only the gateway uses: an unknown name with one of them is a mistake. */
const ownPrefix = /^(?:DINGTALK|VIEWER|GATEWAY|ROUTER)_/;
/** Any other unknown name is a mistake if at most that many letters differ from a known name. */
const maxTypos = 2;

/** One warning for each unknown variable that is probably a misspelt variable of the gateway. */
export function unknownVariableWarnings(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, nearest: closest(name, known) }))
    .filter(({ name, nearest }) => ownPrefix.test(name) || isMisspelt(name, nearest))
    .map(
      ({ name, nearest }) =>
        `${name} is not a variable of the gateway and is ignored: did you mean ${nearest}?`,
    );
}

/** Not for short names, where two letters make another word: HOME is not a misspelt HOST. */
const isMisspelt = (name: string, nearest: string): boolean =>
  nearest.length > 4 && distance(name, nearest) <= maxTypos;
