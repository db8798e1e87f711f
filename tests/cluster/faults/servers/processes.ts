/**
 * What Linux tells of a process.
 *
 * @module
 */
import { until } from "../lab/waiting.ts";

/** Memory of a process, KiB. */
export interface Memory {
  now: number;
  /** The most since the start, or since `forgetPeak()`. */
  peak: number;
}

/** How much memory a process uses. */
export async function memoryOf(pid: number): Promise<Memory> {
  return { now: Number(await statusField(pid, "VmRSS")), peak: Number(await statusField(pid, "VmHWM")) };
}

/** Makes Linux measure a process's peak anew: https://docs.kernel.org/filesystems/proc.html#clear-refs */
export async function forgetPeak(pid: number): Promise<void> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
}

/** Whether a process has a handler for a signal, by the signal's number. */
export async function handles(pid: number, signal: number): Promise<boolean> {
  const mask = BigInt(`0x${await statusField(pid, "SigCgt")}`);
  return (mask >> BigInt(signal - 1) & 1n) === 1n;
}

/** Whether every thread of a process stands still. */
export async function isStopped(pid: number): Promise<boolean> {
  const threads = (await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`))).map(({ name }) => name);
  const states = await Promise.all(threads.map((thread) => statusField(`${pid}/task/${thread}`, "State")));
  return states.every((state) => state === "T");
}

/** Waits until a descendant of a process runs a binary. Returns its process id. */
export async function descendantRunning(pid: number, binary: string): Promise<number> {
  return await until(`a process that runs ${binary}`, () => findRunning(pid, binary));
}

async function findRunning(pid: number, binary: string): Promise<number | undefined> {
  for (const child of await childrenOf(pid)) {
    const exe = await Deno.readLink(`/proc/${child}/exe`).catch(() => "");
    const found = exe === binary ? child : await findRunning(child, binary);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return text.split(" ").filter((word) => word !== "").map(Number);
}

async function statusField(process: number | string, name: string): Promise<string> {
  const text = await Deno.readTextFile(`/proc/${process}/status`);
  return new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(text)?.[1] ?? "";
}
