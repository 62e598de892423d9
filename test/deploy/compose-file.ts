import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from './environments.ts';

const exec = promisify(execFile);

/** What this file says of a service, as far as the tests ask. */
export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Environment;
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly ports?: readonly {
    readonly host_ip: string;
    readonly published: string;
    readonly target: number;
  }[];
  readonly [field: string]: any;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

/**
 * `compose.yaml` as Docker Compose reads it, with these variables in `.env`. It checks the file by the schema of the
 * Compose specification, and that every name in it leads somewhere; it rejects with its message if not.
 */
export async function readComposeFile(
  variables: Environment = {},
  file = 'compose.yaml',
): Promise<ComposeFile> {
  const args = [
    '--file',
    file,
    '--project-directory',
    '.',
    '--env-file',
    '/dev/null',
    'config',
    '--format',
    'json',
  ];
  const { PATH } = process.env;
  const { stdout } = await exec('docker-compose', args, { env: { PATH, ...variables } });
  return JSON.parse(stdout) as ComposeFile;
}

/** The path on this machine of a file that a container of `service` sees at `target`. */
export function fileBehind(compose: ComposeFile, service: string, target: string): string {
  const { secrets = [], volumes = [] } = compose.services[service]!;
  const secret = secrets.find((each) => each.target === target);
  if (secret) return compose.secrets[secret.source]!.file;
  const volume = volumes.find((each) => target === each.target || target.startsWith(`${each.target}/`));
  if (!volume) throw new Error(`${service} has nothing at ${target}`);
  return volume.source + target.slice(volume.target.length);
}
