import { distance } from 'fastest-levenshtein';
import { visible } from './invisible-characters.ts';
import { variableNames } from './secret-files.ts';
import type { VariableName } from './variables.ts';

/** Prefixes that only the gateway uses: an unknown name with one of them is a mistake. */
const ownPrefix = /^(?:DINGTALK|VIEWER|GATEWAY|ROUTER)_/;
/** Any other unknown name is a mistake if at most that many letters differ from a known name. */
const maxTypos = 2;

/** What other software calls the same thing. */
const otherNames: Readonly<Record<string, VariableName>> = {
  APPKEY: 'DINGTALK_APP_KEY',
  APPSECRET: 'DINGTALK_APP_SECRET',
  // DingTalk's console shows these two names beside the older ones.
  DINGTALK_CLIENT_ID: 'DINGTALK_APP_KEY',
  DINGTALK_CLIENT_SECRET: 'DINGTALK_APP_SECRET',
  UNION_ID: 'DINGTALK_OPERATOR_UNION_ID',
  JWKS_URI: 'VIEWER_JWKS_URL',
  JWT_JWKS_URI: 'VIEWER_JWKS_URL',
  JWT_JWKS_URL: 'VIEWER_JWKS_URL',
  REDIS: 'REDIS_URL',
  LOG: 'LOG_LEVEL',
  PORT_NUMBER: 'PORT',
  LISTEN_PORT: 'PORT',
  LISTEN_HOST: 'HOST',
  LISTEN_ADDRESS: 'HOST',
  CORS: 'CORS_ORIGINS',
  ALLOWED_ORIGINS: 'CORS_ORIGINS',
  CORS_ALLOWED_ORIGINS: 'CORS_ORIGINS',
  CORS_ALLOW_ORIGIN: 'CORS_ORIGINS',
  ALL_PROXY: 'HTTPS_PROXY',
};

/** Other programs' proxies, almost called like ours; and ours in lower case. */
const proxyNames = /^(?:https?_proxy|no_proxy|ftp_proxy|FTP_PROXY|GO(?:NO)?PROXY)$/;

/** One warning for each unknown variable that is probably a misspelt variable of the gateway. */
export function misspeltVariableWarnings(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment).flatMap((name) => {
    const value = environment[name]?.trim() ?? '';
    if (variableNames.has(name) || proxyNames.test(name) || isServiceLink(name, value)) return [];
    const shown = withoutValue(name);
    const nearest = nearestTo(plain(shown));
    const isOurs = ownPrefix.test(plain(shown));
    if (!isOurs && (nearest === undefined || isSet(environment, nearest))) return [];
    const remedy =
      nearest === undefined ? 'docs/configuration.md lists all of them' : `did you mean ${nearest}?`;
    return [`${visible(shown)} is not a variable of the gateway and is ignored: ${remedy}`];
  });
}

/** Other software may call its variable almost like one of ours: it is no mistake where ours is set. */
const isSet = (environment: NodeJS.ProcessEnv, name: string): boolean =>
  (environment[name]?.trim() ?? '') !== '';

/** A line without `=`, as `ROUTER_SECRET:c2VjcmV0==`, is a name with a secret in it: shown up to what is in no name. */
const withoutValue = (name: string): string => name.replace(/(\w)[^\w.\-\p{Cf}].*/su, '$1…');

/** Kubernetes sets such variables in every container, named after each service: `dingtalk-gateway` among others. */
const serviceLink = /_SERVICE_(?:HOST$|PORT(?:_|$))|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?$/;

const isServiceLink = (name: string, value: string): boolean =>
  serviceLink.test(name) || (name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value));

/** In capitals, with `_` between the words: `dingtalk-app-key` and a name after a byte order mark are slips, too. */
const plain = (name: string): string =>
  name
    .toUpperCase()
    .match(/[A-Z\d]+/g)
    ?.join('_') ?? '';

const wordsOf = (name: string): readonly string[] => name.split('_').map((word) => word.replace(/S$/, ''));

/** `letters` without the underscores: APPKEY is APP_KEY. */
const lettersOf = (name: string): string => name.replaceAll('_', '');

const known = [...variableNames].map((name) => ({
  name,
  letters: lettersOf(name),
  words: wordsOf(name),
}));

/** The known name that is probably meant by `name`, or undefined. */
function nearestTo(name: string): string | undefined {
  return (
    otherNames[name] ?? byLetters(name) ?? byWords(name) ?? (ownPrefix.test(name) ? ours(name) : undefined)
  );
}

/** Few typos. None in short names, where two letters make another word: HOME is not a misspelt HOST. */
function byLetters(name: string): string | undefined {
  const near = closest(name, known);
  // Other software puts its own word in front: DD_LOG_LEVEL is Datadog's.
  if (near === undefined || name.endsWith(`_${near.name}`) || name.startsWith('OTEL_BLRP_')) return undefined;
  return near.typos === 0 || (near.letters.length > 4 && near.typos <= maxTypos) ? near.name : undefined;
}

/** One word is left out (CACHE_TTL), or two begin like a known name and the unit differs (CACHE_TTL_SECONDS). */
function byWords(name: string): string | undefined {
  const words = wordsOf(name);
  if (words.length < 2) return undefined;
  const similar = known.filter(
    (each) =>
      // OpenTelemetry has many more names, and SERVICE_NAME is none of them.
      !each.name.startsWith('OTEL_') &&
      ((each.words.length === words.length + 1 && isPartOf(words, each.words)) ||
        (words.length > 2 &&
          each.words.length === words.length &&
          words.slice(0, -1).every((word, index) => word === each.words[index]))),
  );
  return closest(name, similar)?.name;
}

/** A name with a prefix of ours: without it (GATEWAY_PORT), or the name of which the fewest letters differ. */
function ours(name: string): string | undefined {
  const rest = name.replace(ownPrefix, '');
  const near = closest(name, known);
  return (
    otherNames[rest] ??
    byLetters(rest) ??
    byWords(rest) ??
    (near && near.typos <= near.letters.length / 2 ? near.name : undefined)
  );
}

type Near = (typeof known)[number] & { readonly typos: number };

/** The one of `names` of which the fewest letters differ, and how many do. */
function closest(name: string, names: typeof known): Near | undefined {
  const letters = lettersOf(name);
  let near: Near | undefined;
  for (const each of names) {
    const typos = distance(letters, each.letters);
    if (near === undefined || typos < near.typos) near = { ...each, typos };
  }
  return near;
}

/** Whether `long` has all of `words`, in this order. */
function isPartOf(words: readonly string[], long: readonly string[]): boolean {
  let next = 0;
  for (const word of long) if (word === words[next]) next += 1;
  return next === words.length;
}
