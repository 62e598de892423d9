import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileVariables } from '../../src/config/secret-files.ts';
import { variables } from '../../src/config/variables.ts';

export type Environment = Readonly<Record<string, string>>;

/** The secret that `X_FILE` names, if `name` is of this form. */
const secretOf = (name: string): string | undefined => {
  const secret = /^(.+)_FILE$/.exec(name)?.[1];
  return fileVariables.find((each) => each === secret);
};

/** Names in `environment` that the gateway does not read. */
export const unknownVariables = (environment: Environment): string[] =>
  Object.keys(environment).filter((name) => !(name in variables || secretOf(name) !== undefined));

/** The path of each secret's file, by the name of the secret. */
export const secretFiles = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, file]) => {
      const secret = secretOf(name);
      return secret === undefined || file === '' ? [] : [[secret, file]];
    }),
  );

/** `environment` with the files of its secrets in `folder`, written with the content that `secrets` has for each. */
export async function withSecrets(
  environment: Environment,
  secrets: Environment,
  folder: string,
): Promise<Environment> {
  const result: Record<string, string> = { ...environment };
  for (const name of Object.keys(secretFiles(environment))) {
    const content = secrets[name];
    if (content === undefined) throw new Error(`No ${name} for the test`);
    const file = path.join(folder, name);
    await writeFile(file, `${content}\n`);
    result[`${name}_FILE`] = file;
  }
  return result;
}
