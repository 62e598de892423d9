import { unescape } from 'node:querystring';
import * as z from 'zod';
import type { UpstreamAnswer, UpstreamRequest } from './client.ts';

/** The documented length of an IP ban, where the answer does not say how long to wait. */
const ipBanMs = 5 * 60_000;
/** However long an answer says: a misread one must not silence the gateway for a day. */
const longestMs = 10 * 60_000;

/** As DingTalk documents it; `code` is what its own errors have. */
const banBody = z
  .object({ punish: z.string(), wait: z.number().optional().catch(undefined) })
  .and(z.union([z.object({ source: z.literal('x5') }), z.object({ status: z.literal(1111) })]));
const ownError = z.union([z.object({ code: z.string() }), z.object({ Code: z.string() })]);

/** Where Alibaba's firewall sends to from any host that it guards. */
const ownPath = /\/_____tmd_____\/punish\b/i;
const x5Mark = /x5sec/i;

/** A request, as far as an answer may quote it. */
export type Sent = Pick<UpstreamRequest, 'path' | 'query' | 'token' | 'body'>;

/**
 * How long DingTalk bans this IP, ten minutes at most, if that is what the answer says. It is known by its shape: JSON as
 * documented, alone or within a page, or a page with the marks of Alibaba's. A proxy's page (5xx) is no ban, and neither
 * is a page that may quote the request: a quoted request makes no JSON properties.
 *
 * @see https://open.dingtalk.com/document/development/how-to-process-api-throttling-on-the-dingtalk-server
 */
export function banMs({ status, body }: UpstreamAnswer, sent: Sent): number | undefined {
  // Nearly all answers are none, and need not be looked at twice.
  if (!/punish/i.test(body)) return undefined;
  const isPage = /^\s*</.test(body);
  if (isPage && (status >= 500 || mayBeQuoted(sent))) return undefined;
  const json = parseJson(isPage ? objectWithin(body) : body);
  const { data: ban } = banBody.safeParse(json);
  if (ban && !ownError.safeParse(json).success) return boundedMs(ban.wait);
  return isPage && isPunishPage(body) ? ipBanMs : undefined;
}

const isPunishPage = (page: string): boolean =>
  ownPath.test(page) || (x5Mark.test(page) && page.split(/[\s"'<>]/).some(isPunishUrl));

/** Where else its pages lead to, as in `/punish/<template>.html?uuid=…&action=deny`, beside what they do to its cookie. */
function isPunishUrl(text: string): boolean {
  const path = text.toLowerCase().indexOf('/punish');
  const query = text.indexOf('?', path);
  return path >= 0 && query > path && text.includes('=', query);
}

const boundedMs = (waitSeconds: number | undefined): number =>
  waitSeconds === undefined ? ipBanMs : Math.min(Math.max(0, waitSeconds) * 1000, longestMs);

/** The flat JSON object that speaks of `punish`, if there is one. */
function objectWithin(page: string): string {
  const at = page.indexOf('"punish"');
  return at < 0 ? '' : page.slice(Math.max(0, page.lastIndexOf('{', at)), page.indexOf('}', at) + 1);
}

/** Whether an answer that quotes what was sent may hold a mark of a ban, however it writes it. */
function mayBeQuoted({ path, query, token, body }: Sent): boolean {
  const sent = JSON.stringify([unescape(path), query, token, body]);
  return /punish|x5sec/.test(lettersOf(sent));
}

const escapes =
  /%([0-9a-f]{2})|(?:%u|\\u)([0-9a-f]{4})|\\u\{([0-9a-f]{1,10})\}|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,10});?|&#(\d{1,10});?/gi;
/** A page may show a text without them. */
const tags = /<[^<>]{0,100}>/g;

/** What is left when escapes and tags are undone, as often as they are nested, and all but letters and digits is dropped. */
function lettersOf(text: string): string {
  let undone = text;
  for (let depth = 0; depth < 8; depth += 1) {
    undone = undone.replaceAll(tags, '').replaceAll(escapes, (escape: string) => {
      const isDecimal = /^&#\d/.test(escape);
      const digits = escape.replaceAll(isDecimal ? /\D/g : /[^0-9a-f]/gi, '');
      return String.fromCharCode(Number.parseInt(digits, isDecimal ? 10 : 16));
    });
  }
  return undone
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
