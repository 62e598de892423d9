import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './environments.ts';

const exec = promisify(execFile);

export const composeText = await readFile('compose.yaml', 'utf8');

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
 * `text`, which is `compose.yaml`, as Docker Compose reads it, with these variables in `.env`; a `.env` of this machine is
 * left out. It checks the file by the schema of the Compose specification, and that every name in it leads somewhere; it
 * rejects with its message if not.
 */
export async function readComposeFile(variables: Environment = {}, text = composeText): Promise<ComposeFile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-compose-file-'));
  try {
    const file = path.join(folder, 'compose.yaml');
    await writeFile(file, text.replace('path: .env,', `path: ${folder}/.env,`));
    const args = ['--file', file, '--project-directory', '.', '--env-file', '/dev/null'];
    const { PATH } = process.env;
    const { stdout } = await exec('docker-compose', [...args, 'config', '--format', 'json'], {
      env: { PATH, ...variables },
    });
    return JSON.parse(stdout) as ComposeFile;
  } finally {
    await rm(folder, { recursive: true });
  }
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
