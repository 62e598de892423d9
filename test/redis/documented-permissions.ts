import { readFile } from 'node:fs/promises';

/** The rules of `ACL SETUSER` for the gateway's user, `>PASSWORD` among them. */
export async function documentedPermissions(): Promise<string[]> {
  const text = await readFile('docs/deployment.md', 'utf8');
  return [...text.matchAll(/^ACL SETUSER gateway (.*)$/gm)].flatMap(([, rules = '']) => rules.split(' '));
}
