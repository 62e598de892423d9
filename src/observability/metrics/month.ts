/** UTC+8 without summer time: DingTalk's quota is for calendar months in this zone. */
const dingtalkZoneMs = 8 * 3600 * 1000;
const dayMs = 24 * 3600 * 1000;

let latestDay = NaN;
let latestMonth = '';

/** The calendar month in which DingTalk counts a call made at `wallMs`, as `2026-01`. */
export function monthOf(wallMs: number): string {
  const day = Math.floor((wallMs + dingtalkZoneMs) / dayMs);
  // Called for every call to DingTalk, nearly always on the same day as the last time.
  if (day !== latestDay) {
    latestMonth = new Date(day * dayMs).toISOString().slice(0, 'yyyy-mm'.length);
    latestDay = day;
  }
  return latestMonth;
}

/** When that month began, by the wall clock. */
export const monthStartMs = (wallMs: number): number =>
  Date.parse(`${monthOf(wallMs)}-01T00:00:00Z`) - dingtalkZoneMs;
