import { parse } from 'yaml';

/** The rules of Apollo Router's `headers` that the recipe needs. */
export type HeaderRule =
  | { readonly insert: { readonly name: string; readonly value?: string; readonly from_context?: string } }
  | { readonly remove: { readonly named: string } }
  | { readonly propagate: { readonly matching: string } };

/** A recipe's configuration for the requests to one subgraph. */
export interface Recipe {
  /** The rules for all subgraphs first. */
  readonly headerRules: readonly HeaderRule[];
  readonly deduplicates: boolean;
  /** Context keys and the claims that `supergraph_service` puts there. */
  readonly contextFromClaims: readonly Assignment[];
  /** Headers and the claims that `subgraph_service` puts there. */
  readonly lateHeadersFromClaims: readonly Assignment[];
}

export type Assignment = readonly [target: string, claim: string];

/** The configuration for the requests to all subgraphs, which a recipe may override for one. */
export interface CommonRules {
  readonly headerRules?: readonly HeaderRule[];
  readonly deduplicates?: boolean;
}

interface RouterYaml {
  readonly headers: {
    readonly subgraphs: { readonly dingtalk: { readonly request: readonly HeaderRule[] } };
  };
  readonly traffic_shaping?: {
    readonly subgraphs: { readonly dingtalk: { readonly deduplicate_query?: boolean } };
  };
}

/** Reads `router.yaml`, and of `main.rhai` the assignments that carry a claim. The rest of the script is ignored. */
export function readRecipe(yaml: string, rhai: string, all: CommonRules = {}): Recipe {
  const { headers, traffic_shaping: shaping } = parse(yaml) as RouterYaml;
  return {
    headerRules: [...(all.headerRules ?? []), ...headers.subgraphs.dingtalk.request],
    deduplicates: shaping?.subgraphs.dingtalk.deduplicate_query ?? all.deduplicates ?? false,
    contextFromClaims: assignments(rhai, 'supergraph_service', 'request.context'),
    lateHeadersFromClaims: assignments(rhai, 'subgraph_service', 'request.subgraph.headers'),
  };
}

function assignments(rhai: string, service: string, map: string): Assignment[] {
  const body = new RegExp(`^fn ${service}\\([^)]*\\) \\{(.*?)^\\}`, 'ms').exec(rhai)?.[1] ?? '';
  const target = map.replaceAll('.', '\\.');
  return [...body.matchAll(new RegExp(`${target}\\["([^"]+)"\\] = claims\\["([^"]+)"\\]`, 'g'))].map(
    ([, name, claim]) => [name!, claim!],
  );
}
