import { readdir, readFile } from 'node:fs/promises';

export interface GroupMember {
  readonly pid: number;
  readonly command: string;
}

/** The living processes of a process group: zombies only wait to be collected. Linux only. */
export async function livingInGroup(groupId: number): Promise<readonly GroupMember[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(pids.map((pid) => memberOf(groupId, pid)));
  return found.filter((member) => member !== undefined);
}

/** Undefined for a process of another group, or one that has ended meanwhile. */
async function memberOf(groupId: number, pid: number): Promise<GroupMember | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may hold anything: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(group) !== groupId || state === 'Z' || state === 'X') return undefined;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return { pid, command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}
