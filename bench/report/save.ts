import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { markdownOf } from './page.ts';
import type { Report } from './report.ts';
import { svgOf } from './svg.ts';

const folder = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes the report as JSON, Markdown and SVG, each named after the mode; returns the Markdown. */
export async function saveReport(report: Report): Promise<string> {
  const page = await format(markdownOf(report), { parser: 'markdown' });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}${report.mode}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${folder}${report.mode}.md`, page);
  await writeFile(`${folder}${report.mode}.svg`, svgOf(report));
  return page;
}
