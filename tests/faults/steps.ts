/**
 * Steps and checks that rows share.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import type { JsonValue } from "../../src/text/json.ts";
import type { Outcome } from "./fault_row.ts";
import type { Exchange, Rule, Seen } from "./proxy.ts";
import { type Rig, until } from "./rig.ts";
import type { Ended, Run } from "./runner_process.ts";
import type { Phase } from "./work.ts";

/** Does `fault` to the first `times` requests that `isIt` accepts. */
export function onFirst(
  times: number,
  isIt: (exchange: Exchange) => boolean,
  fault: (exchange: Exchange) => Promise<void>,
): Rule {
  let left = times;
  return (exchange) => isIt(exchange) && left-- > 0 ? fault(exchange) : undefined;
}

/** Does `fault` to the first `times` creates that are to be stored. */
export function onCreate(times: number, fault: (exchange: Exchange) => Promise<void>): Rule {
  return onFirst(times, ({ isCreate }) => isCreate, fault);
}

/** Has the API server do what is asked, and tells the runner nothing of it. */
export async function forwardAndForget(exchange: Exchange): Promise<void> {
  await (await exchange.forward()).body?.cancel();
}

/** Has the object deleted by somebody; it stays until `release` is called, or at most until `work` is over. */
export async function whileHeld(
  rig: Rig,
  work: (release: () => Promise<void>) => Promise<Outcome>,
): Promise<Outcome> {
  const release = async () => {
    const patch = { metadata: { finalizers: null } };
    const { cluster, objectPath } = rig;
    const answer = await cluster.request("PATCH", objectPath, patch, "application/merge-patch+json");
    await answer.body?.cancel();
  };
  await rig.patchObject({ metadata: { finalizers: ["action-runner.test/hold"] } });
  try {
    await rig.deleteObject();
    const { deletionTimestamp } = metadataOf(await rig.object());
    must(deletionTimestamp !== undefined, "it is being deleted");
    return await work(release);
  } finally {
    await release();
  }
}

/** A Status as API servers answer with. */
export function failure(code: number, reason: string, message: string, details: JsonObject = {}): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details,
    code,
  };
}

/** Ends the work as soon as the runner watches it, and waits for the runner's end. */
export async function finishAndWait(
  rig: Rig,
  run: Run,
  phase: Phase = "Succeeded",
): Promise<Outcome> {
  await rig.watching();
  await rig.finish(phase);
  const verdictAt = performance.now();
  const ended = await run.ended;
  await mustReportTheObject(rig, ended);
  return { ended, verdictAt };
}

/** Runs to success, with the work finished as soon as the runner watches it. */
export function runToSuccess(rig: Rig): Promise<Outcome> {
  return finishAndWait(rig, rig.start());
}

/** Starts a run, waits until it watches, kills it with -9, and returns its object. */
export async function killedInTheWait(rig: Rig, env: Record<string, string> = {}): Promise<JsonObject> {
  const run = rig.start(env);
  const object = await rig.watching();
  run.kill("SIGKILL");
  await run.ended;
  return object;
}

/** Waits until a run has said something on standard error: how long a process takes to start is nobody's word. */
export async function untilSaid(run: Run, text: string): Promise<void> {
  await until(`stderr says ${JSON.stringify(text)}`, () => run.said().includes(text));
}

/** How long a run went on after its first request, or after the first one that `isIt` accepts, seconds. */
export function secondsFrom(rig: Rig, { at }: Ended, isIt: (seen: Seen) => boolean = () => true): number {
  const first = rig.proxy.seen.find(isIt);
  must(first, "there was such a request");
  return (at - first.at) / 1_000;
}

/** Fails the row unless `isSo`. */
export function must(isSo: unknown, what: string): asserts isSo {
  if (!isSo) throw new Error(`not so: ${what}`);
}

/** Fails the row unless standard error has this text. */
export function mustSay({ stderr }: Ended, ...texts: string[]): void {
  for (const text of texts) must(stderr.includes(text), `stderr says ${JSON.stringify(text)}\n${stderr}`);
}

/** Fails the row unless exactly `count` requests of a kind were seen. */
export function mustHaveSeen(rig: Rig, count: number, isIt: (seen: Seen) => boolean, what: string): void {
  const seen = rig.proxy.seen.filter(isIt).length;
  must(seen === count, `${count} × ${what} (there were ${seen})`);
}

/** Fails the row unless the runner reported the very object that is in the cluster, and the same in both places. */
export async function mustReportTheObject(rig: Rig, { report, stderr }: Ended): Promise<void> {
  const uid = uidOf(await rig.object());
  const reported = uidInReport(report);
  must(uid !== undefined && reported === uid, `the uid ${uid} is reported (it is ${reported})\n${stderr}`);
  const status = await rig.status();
  must(uidInReport(status) === uid, `the uid ${uid} is in the status object\n${stderr}`);
  must(status?.phase === report?.phase, `both reports have one phase\n${stderr}`);
}

/** Fails the row unless nothing was created. */
export async function mustHaveCreatedNothing(rig: Rig): Promise<void> {
  must(await rig.object() === undefined, "nothing was created");
}

/** The uid of an object. */
export function uidOf(object: JsonObject | undefined): JsonValue | undefined {
  return metadataOf(object).uid;
}

/** The metadata of an object. */
export function metadataOf(object: JsonObject | undefined): JsonObject {
  return (object?.metadata ?? {}) as JsonObject;
}

/** The uid of the object in a report. */
export function uidInReport(report: JsonObject | undefined): JsonValue | undefined {
  return (report?.object as JsonObject | undefined)?.uid;
}
