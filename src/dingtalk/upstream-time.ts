const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)$/;
const javaDate = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) (CST|UTC|GMT) (\d{4})$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The moment that DingTalk means, in any of the three forms it sends: ISO 8601, ISO 8601 without seconds
 * (`2022-07-29T14:55Z`) and Java's `Fri Mar 06 16:33:28 CST 2026`, where CST is China's +08:00. Undefined for
 * anything else, a day that does not exist included.
 */
export function parseUpstreamTime(text: string): Date | undefined {
  const isoParts = iso.exec(text);
  if (isoParts) {
    const [, year, month, day, hour, minute, second = '0', fraction = '0', offset = 'Z'] = isoParts;
    const milliseconds = Math.trunc(Number(`0.${fraction}`) * 1000);
    return moment([year, month, day, hour, minute, second], milliseconds, offsetMinutes(offset));
  }
  const javaParts = javaDate.exec(text);
  if (!javaParts) return undefined;
  const [, monthName = '', day, hour, minute, second, zone, year] = javaParts;
  const month = String(months.indexOf(monthName) + 1);
  return moment([year, month, day, hour, minute, second], 0, zone === 'CST' ? 8 * 60 : 0);
}

/** Undefined unless every part is within its own range: `Date.UTC` would roll over silently. */
function moment(parts: (string | undefined)[], milliseconds: number, offset: number): Date | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  const readBack = [
    local.getUTCFullYear(),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
  const exists = readBack.join() === [year, month, day, hour, minute, second].join();
  return exists ? new Date(local.getTime() - offset * 60_000) : undefined;
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}
