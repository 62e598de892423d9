import type { Assignment, HeaderRule, Recipe } from './apollo-router-recipe.ts';

/** One request to the subgraph inside the router. */
export interface SubgraphRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  readonly clientHeaders: Headers;
  /** The claims of the client's token; undefined without one. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

export interface SubgraphAnswer {
  readonly status: number;
  readonly body: string;
}

export type Service = (request: SubgraphRequest) => Promise<SubgraphAnswer>;
type Plugin = (next: Service) => Service;

/**
 * The steps between a query plan and `send`, in Apollo Router's order: `headers`, `traffic_shaping`, then Rhai.
 *
 * @see https://github.com/apollographql/router/blob/dev/apollo-router/src/router_factory.rs
 */
export function pluginsOf(
  recipe: Recipe,
  environment: Readonly<Record<string, string>>,
  onJoin: () => void,
  send: Service,
): Service {
  const plugins = [
    headerRules(recipe, environment),
    ...(recipe.deduplicates ? [deduplication(onJoin)] : []),
    subgraphService(recipe.lateHeadersFromClaims),
  ];
  return plugins.reduceRight((next, plugin) => plugin(next), send);
}

function headerRules(
  { headerRules, contextFromClaims }: Recipe,
  environment: Readonly<Record<string, string>>,
): Plugin {
  return (next) => (request) => {
    const context = new Map(contextFromClaims.map(([key, claim]) => [key, request.claims?.[claim]]));
    for (const rule of headerRules) apply(rule, request, context, environment);
    return next(request);
  };
}

/** The router propagates these under no rule that matches by name. */
const hopByHop =
  /^(?:accept|accept-encoding|connection|content-(?:encoding|length|type)|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

function apply(
  rule: HeaderRule,
  { headers, clientHeaders }: SubgraphRequest,
  context: ReadonlyMap<string, unknown>,
  environment: Readonly<Record<string, string>>,
): void {
  if ('remove' in rule) {
    headers.delete(rule.remove.named);
  } else if ('propagate' in rule) {
    const matching = new RegExp(rule.propagate.matching);
    for (const [name, value] of clientHeaders) {
      if (matching.test(name) && !hopByHop.test(name)) headers.append(name, value);
    }
  } else {
    const { name, value = '', from_context: key } = rule.insert;
    const inserted =
      key === undefined
        ? value.replace(/\$\{env\.(\w+)\}/, (_all, variable: string) => environment[variable] ?? '')
        : context.get(key);
    // The router inserts only strings of the context.
    if (typeof inserted === 'string') headers.set(name, inserted);
  }
}

/** The key is method, URL, headers and body at this point. The person is not part of it. */
function deduplication(onJoin: () => void): Plugin {
  return (next) => {
    const underWay = new Map<string, Promise<SubgraphAnswer>>();
    return (request) => {
      const { method, path, headers, body } = request;
      const key = JSON.stringify([method, path, [...headers], body]);
      const found = underWay.get(key);
      if (found) {
        onJoin();
        return found;
      }
      const answer = next(request).finally(() => underWay.delete(key));
      underWay.set(key, answer);
      return answer;
    };
  };
}

function subgraphService(assignments: readonly Assignment[]): Plugin {
  return (next) => (request) => {
    for (const [name, claim] of assignments) {
      const value = request.claims?.[claim];
      if (typeof value === 'string') request.headers.set(name, value);
    }
    return next(request);
  };
}
