import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** After so many attempts at replacing another build's result, a build gives up. */
const maxAttempts = 10;

/** The folders beside `outdir` that belong to the build of this process. */
export function workFolders(outdir: string, pid = process.pid): { built: string; retired: string } {
  return { built: `${outdir}.new-${pid}`, retired: `${outdir}.old-${pid}` };
}

/** Replaces `outdir` by the new build as a whole. If that fails, the last build stays. */
export async function swapIn(outdir: string, pid = process.pid): Promise<void> {
  const { built, retired } = workFolders(outdir, pid);
  for (let attempt = 1; ; attempt += 1) {
    await rm(retired, { recursive: true, force: true });
    const isRetired = await moved(outdir, retired);
    try {
      await rename(built, outdir);
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another build was put in place in between.
      const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST';
      if (isTaken && attempt < maxAttempts) continue;
      if (isRetired && !isTaken) await rename(retired, outdir);
      throw error;
    }
  }
  await rm(retired, { recursive: true, force: true });
}

/** Removes the leftovers of killed builds, and restores a build that one of them had retired. */
export async function clearLeftovers(outdir: string): Promise<void> {
  const folder = path.dirname(outdir);
  const base = path.basename(outdir);
  const names = await readdir(folder);
  let isThere = names.includes(base);
  for (const name of names.filter((each) => each.startsWith(`${base}.`))) {
    const [, kind, pid] = /^\.(new|old)-(\d+)$/.exec(name.slice(base.length)) ?? [];
    if (pid === undefined || isAtWork(Number(pid))) continue;
    const leftover = path.join(folder, name);
    if (kind === 'old' && !isThere) isThere = await moved(leftover, outdir);
    else await rm(leftover, { recursive: true, force: true });
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAtWork(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
