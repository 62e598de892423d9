import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { variables } from '../../src/config/variables.ts';
import { joiningVariables } from './joining-variables.ts';

export type Environment = Readonly<Record<string, string>>;

/** The secret that `X_FILE` names, if `name` is of this form. */
const secretOf = (name: string): string | undefined => {
  const secret = /^(.+)_FILE$/.exec(name)?.[1];
  return secret !== undefined && secret in variables ? secret : undefined;
};

/** Names in `environment` that the gateway does not read. */
export const unknownVariables = (environment: Environment): string[] =>
  Object.keys(environment).filter(
    (name) => !(name in variables || secretOf(name) !== undefined || joiningVariables.includes(name)),
  );

/** The path of each secret's file, by the name of the secret. */
export const secretFiles = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, file]) => {
      const secret = secretOf(name);
      return secret === undefined || file === '' ? [] : [[secret, file]];
    }),
  );

/** Whether this gateway reads `X_FILE`. TEMPORARY: until it does, the secrets are handed over as themselves. */
const readsFiles = 'mayBeFile' in variables.REDIS_URL;

/** `environment` with the files of its secrets in `folder`, written with the content that `secrets` has for each. */
export async function withSecrets(
  environment: Environment,
  secrets: Environment,
  folder: string,
): Promise<Environment> {
  const result: Record<string, string> = { ...environment };
  if (!readsFiles) {
    for (const name of Object.keys(result)) if (secretOf(name) !== undefined) delete result[name];
  }
  for (const name of Object.keys(secretFiles(environment))) {
    const content = secrets[name];
    if (content === undefined) throw new Error(`No ${name} for the test`);
    const file = path.join(folder, name);
    await writeFile(file, `${content}\n`);
    if (readsFiles) result[`${name}_FILE`] = file;
    else result[name] = content;
  }
  return result;
}
