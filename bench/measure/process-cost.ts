import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU seconds (user and system) that the processes have used since they started, all their threads together. */
export function cpuSeconds(pids: readonly number[]): number {
  let total = 0;
  for (const pid of pids) total += cpuSecondsOf(pid);
  return total;
}

function cpuSecondsOf(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    // The scheduler's count: the ticks of `stat` are 10 ms, too coarse for a cell of a few hundred.
    nanoseconds += Number(readIfThere(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]);
  }
  return nanoseconds > 0 ? nanoseconds / 1e9 : ticksOf(pid) / ticksPerSecond;
}

/** A thread may end between being listed and being read. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** For kernels without scheduler statistics. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory of the processes, in MiB; shared memory counts for each. */
export function residentMiB(pids: readonly number[]): number {
  let kibibytes = 0;
  for (const pid of pids) {
    kibibytes += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  }
  return kibibytes / 1024;
}
