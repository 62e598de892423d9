/**
 * The rooms of `src/`, from the ground up, and what each may import besides its own files: a room, one file of a room,
 * or only the types of a room (`type x`).
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  async: ['errors'],
  domain: ['errors'],
  // Connections to other hosts, directly or through a forward proxy.
  outbound: ['async', 'domain'],
  // The characters of unionId and corpId, and the loopback addresses, are rules of the domain.
  config: ['domain'],
  redis: ['async', 'domain', 'type config'],
  dingtalk: [
    'type outbound',
    'dingtalk/http',
    'dingtalk/tokens',
    'dingtalk/pacing',
    'dingtalk/resilience',
    'domain',
    'errors',
    'async',
    'redis',
  ],
  // The chambers import the type of a step from dingtalk/, and do not import each other.
  'dingtalk/http': ['type dingtalk', 'outbound', 'domain', 'errors', 'async'],
  'dingtalk/tokens': ['type dingtalk', 'domain', 'errors', 'async', 'redis'],
  'dingtalk/pacing': ['type dingtalk', 'domain', 'errors', 'async', 'redis'],
  'dingtalk/resilience': ['type dingtalk', 'domain', 'errors', 'async', 'redis'],
  cache: ['dingtalk/dingtalk.ts', 'redis', 'domain', 'errors', 'async'],
  identity: ['dingtalk/dingtalk.ts', 'redis', 'outbound', 'domain', 'errors', 'async', 'type config'],
  graph: ['type cache', 'domain', 'errors'],
  observability: ['domain', 'errors', 'redis', 'async', 'type config'],
  explorer: [],
  server: ['graph', 'identity', 'observability', 'explorer', 'errors', 'async', 'domain', 'type config'],
  'server/graphql': [
    'server',
    'graph',
    'identity',
    'observability',
    'explorer',
    'errors',
    'async',
    'type domain',
    'type config',
  ],
  'server/session': [
    'server',
    'identity',
    'observability',
    'errors',
    'async',
    'type domain',
    'domain/identifiers.ts',
  ],
  sandbox: [],
};

/** Packages that only these rooms or files may import. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  got: ['dingtalk/http/client.ts'],
  graphql: ['errors', 'graph', 'observability', 'server', 'server/graphql'],
  // Ways around this table, and around the one reader of the environment.
  'node:module': ['main.ts', 'explorer/load-ruru.ts'],
  module: [],
  'node:process': [],
  process: [],
};

/** Files and folders that compose the gateway: they may import everything. */
export const composition: readonly string[] = ['gateway.ts', 'main.ts', 'process'];

/** Why a file of `src/` may not import another, both as paths below `src/`; undefined if it may. */
export function forbiddenImport(from: string, to: string, onlyTypes: boolean): string | undefined {
  if (composition.includes(from.split('/')[0] ?? '')) return undefined;
  const room = roomOf(from);
  if (room === undefined) return `${from} is in no room of scripts/lint/rooms.ts`;
  const target = roomOf(to);
  const mayImport = rooms[room] ?? [];
  if (room === target || mayImport.includes(to)) return undefined;
  if (target !== undefined) {
    if (mayImport.includes(target) || (onlyTypes && mayImport.includes(`type ${target}`))) return undefined;
  }
  return `${room} may not import ${to}`;
}

/** Why a file of `src/` may not import a package; undefined if it may. */
export function forbiddenPackage(from: string, specifier: string): string | undefined {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const allowed = packages[name];
  if (!allowed || allowed.includes(from) || allowed.includes(roomOf(from) ?? '')) return undefined;
  return `only ${allowed.join(', ')} may import ${name}`;
}

/** The innermost room that a file is in. */
function roomOf(file: string): string | undefined {
  const folders = file.split('/').slice(0, -1);
  for (let depth = folders.length; depth > 0; depth -= 1) {
    const name = folders.slice(0, depth).join('/');
    if (Object.hasOwn(rooms, name)) return name;
  }
  return undefined;
}
