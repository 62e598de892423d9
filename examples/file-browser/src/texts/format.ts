import type { Language } from './texts.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const none = '–';

/** Bytes as people write them; a dash for a folder. */
export function formatSize(bytes: number | null, language: Language): string {
  if (bytes === null) return none;
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  });
  return format.format(bytes / 1000 ** power);
}

/** A time of the gateway, which is at UTC, in the zone of the browser. */
export const formatTime = (time: string | null, language: Language): string =>
  time === null
    ? none
    : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
