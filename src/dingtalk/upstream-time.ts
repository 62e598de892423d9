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
    const local = moment(
      Number(year),
      Number(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return local && shift(local, milliseconds, offsetMinutes(offset));
  }
  const javaParts = javaDate.exec(text);
  if (!javaParts) return undefined;
  const [, monthName = '', day, hour, minute, second, zone, year] = javaParts;
  const month = months.indexOf(monthName) + 1;
  const local = moment(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  return local && shift(local, 0, zone === 'CST' ? 8 * 60 : 0);
}

/** Undefined unless every part is within its own range: `Date.UTC` would roll over silently. */
function moment(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): Date | undefined {
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A day that the month does not have, and the years that `Date.UTC` takes for the twentieth century's.
  return local.getUTCDate() === day && local.getUTCFullYear() === year ? local : undefined;
}

const shift = (local: Date, milliseconds: number, minutes: number): Date =>
  new Date(local.getTime() + milliseconds - minutes * 60_000);

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}
