/**
 * What a process has used so far, from Linux's `/proc`.
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

/** The peak of its memory, MB. */
export function peakMemoryMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

/** The median of the values. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
