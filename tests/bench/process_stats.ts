/**
 * What a process has used so far, as Linux tells it.
 *
 * @module
 */

/** CPU time of all its threads, milliseconds. */
export function cpuMs(pid: number): number {
  const threads = [...Deno.readDirSync(`/proc/${pid}/task`)];
  const ns = threads.map(({ name }) => {
    try {
      return Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    } catch {
      return 0; // The thread has just ended.
    }
  });
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}

/** The most memory that it had at once, MB. */
export function peakMemoryMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

/** The middle of some values. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
