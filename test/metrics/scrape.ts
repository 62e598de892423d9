/** One line of Prometheus' text: a name with its labels, and a value. */
export type Samples = ReadonlyMap<string, number>;

export interface Scrape {
  readonly text: string;
  /** By name and labels as exported, such as `name{label="value"}`. */
  readonly samples: Samples;
  /** By name: the type and the help of each metric. */
  readonly described: ReadonlyMap<string, { readonly type: string; readonly help: string }>;
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return parseScrape(await response.text());
}

export function parseScrape(text: string): Scrape {
  const help = new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, words]) => [name, words]));
  const described = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [
      name,
      { type, help: help.get(name) ?? '' },
    ]),
  );
  const samples = new Map(
    [...text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
  );
  return { text, samples, described };
}

/** The samples of one metric, by their labels. */
export const samplesOf = ({ samples }: Scrape, name: string): Record<string, number> =>
  Object.fromEntries(
    [...samples]
      .filter(([sample]) => sample === name || sample.startsWith(`${name}{`))
      .map(([sample, value]) => [sample.slice(name.length), value]),
  );
