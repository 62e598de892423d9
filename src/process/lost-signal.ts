import { readFileSync } from 'node:fs';

const [sigint, sigterm] = [2n, 15n];

/**
 * Whether SIGTERM has come while Node itself was starting and the system has ignored it, as it does for the first process
 * of a container. Node's own handler, which removes itself when it runs, is then missing, and that of SIGINT is not.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html `SigCgt`
 */
export function hasLostSigterm(): boolean {
  if (process.pid !== 1) return false;
  try {
    const caught = /^SigCgt:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (caught === undefined) return false;
    const isCaught = (signal: bigint): boolean => ((BigInt(`0x${caught}`) >> (signal - 1n)) & 1n) === 1n;
    return isCaught(sigint) && !isCaught(sigterm);
  } catch {
    return false;
  }
}
