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
    const day = [Number(isoParts[1]), Number(isoParts[2]), Number(isoParts[3])] as const;
    const time = [Number(isoParts[4]), Number(isoParts[5]), Number(isoParts[6] ?? 0)] as const;
    const milliseconds = Math.trunc(Number(`0.${isoParts[7] ?? 0}`) * 1000);
    return moment(day, time, milliseconds, offsetMinutes(isoParts[8] ?? 'Z'));
  }
  const javaParts = javaDate.exec(text);
  if (!javaParts) return undefined;
  const day = [Number(javaParts[7]), months.indexOf(javaParts[1] ?? '') + 1, Number(javaParts[2])] as const;
  const time = [Number(javaParts[3]), Number(javaParts[4]), Number(javaParts[5])] as const;
  return moment(day, time, 0, javaParts[6] === 'CST' ? 8 * 60 : 0);
}

/** Undefined unless every part is within its own range: `Date.UTC` would roll over silently. */
function moment(
  [year, month, day]: readonly [year: number, month: number, day: number],
  [hour, minute, second]: readonly [hour: number, minute: number, second: number],
  milliseconds: number,
  offset: number,
): Date | undefined {
  if (year < firstYear || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second, milliseconds));
  // In UTC it may be the year 10000, which GraphQL's DateTime does not know.
  return date.getUTCFullYear() > 9999 ? undefined : date;
}

/** `Date.UTC` takes those before for the twentieth century's. */
const firstYear = 100;

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysOf = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (daysOfMonths[month - 1] ?? 0);

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}
