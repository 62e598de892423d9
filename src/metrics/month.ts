/** DingTalk's own time zone, UTC+8 without summer time: its quota is one of calendar months there. */
const dingtalkZoneMs = 8 * 3600 * 1000;

/** The calendar month in which DingTalk counts a call made at `wallMs`, as `2026-01`. */
export const monthOf = (wallMs: number): string =>
  new Date(wallMs + dingtalkZoneMs).toISOString().slice(0, 'yyyy-mm'.length);
