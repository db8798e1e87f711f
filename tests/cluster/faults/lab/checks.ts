/**
 * Checks after a run. A failed check fails its row.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import type { Ended } from "../../../lab/compiled_program.ts";
import type { Outcome } from "../fault_row.ts";
import type { Seen } from "../proxy/proxy.ts";
import { metadataOf, uidInReport, uidOf } from "./metadata.ts";
import type { Rig } from "./rig.ts";

/** Fails unless `isSo`. */
export function must(isSo: unknown, what: string): asserts isSo {
  if (!isSo) throw new Error(`not so: ${what}`);
}

/** Standard error has all of these texts. */
export function mustSay({ stderr }: Ended, ...texts: (string | RegExp)[]): void {
  for (const text of texts) {
    const isThere = typeof text === "string" ? stderr.includes(text) : text.test(stderr);
    must(isThere, `stderr says ${typeof text === "string" ? JSON.stringify(text) : text}\n${stderr}`);
  }
}

/** Exactly `count` requests of a kind were seen. */
export function mustHaveSeen(rig: Rig, count: number, isIt: (seen: Seen) => boolean, what: string): void {
  const seen = rig.proxy.seen.filter(isIt).length;
  must(seen === count, `${count} × ${what} (there were ${seen})`);
}

/** The run reported the very object that is in the cluster, and the same in both places. */
export async function mustReportTheObject(rig: Rig, { report, stderr }: Ended): Promise<void> {
  const uid = uidOf(await rig.object());
  const reported = uidInReport(report);
  must(uid !== undefined && reported === uid, `the uid ${uid} is reported (it is ${reported})\n${stderr}`);
  const status = await rig.status();
  must(uidInReport(status) === uid, `the uid ${uid} is in the status object\n${stderr}`);
  must(status?.phase === report?.phase, `both reports have one phase\n${stderr}`);
}

/** The status object holds the same report as standard output. */
export async function mustReportInBothPlaces(rig: Rig, { report, stderr }: Ended): Promise<void> {
  const status = await rig.status();
  const [left, right] = [status, report].map((each) => JSON.stringify(sorted(each)));
  must(left === right, `the status object has the report ${right} (it has ${left})\n${stderr}`);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, each]) => [key, sorted(each)]),
  );
}

/** Nothing was created. */
export async function mustHaveCreatedNothing(rig: Rig): Promise<void> {
  must(await rig.object() === undefined, "nothing was created");
}

/** The report has no verdict, and names the object that is there and goes on. */
export async function mustLeaveRunning(rig: Rig, ended: Ended, reason: string): Promise<void> {
  const { report, stderr } = ended;
  const { uid, annotations = {} } = metadataOf(await rig.object());
  const object = report?.object as { uid?: string; left?: string } | undefined;
  must(report?.reason === reason, `the reason is ${reason} (it is ${report?.reason})\n${stderr}`);
  must(!("finishedSuccessfully" in report), `there is no verdict\n${stderr}`);
  must(
    uid !== undefined && object?.uid === uid,
    `the uid ${uid} is reported (it is ${object?.uid})\n${stderr}`,
  );
  must(object?.left === "left running", `the work is left running (it is ${object?.left})\n${stderr}`);
  must(!("runner.capact.io/stopped-by" in (annotations as JsonObject)), "the work was not told to end");
}

/** A verdict that came too late, perhaps on a busy machine: it is not a wrong verdict. */
export class TooLateError extends Error {
  readonly outcome: Required<Outcome>;

  constructor(outcome: Required<Outcome>, message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** The verdict came soon enough. */
export function mustEndWithin(outcome: Required<Outcome>, seconds: number): void {
  const { ended, verdictAt } = outcome;
  const took = (ended.at - verdictAt) / 1_000;
  if (took <= seconds) return;
  const text = `the verdict took ${took.toFixed(1)} s, expected at most ${seconds} s`;
  throw new TooLateError(outcome, `${text}\n${ended.stderr}`);
}

/** How long a run went on after its first request, or after the first one that `isIt` accepts, seconds. */
export function secondsFrom(rig: Rig, { at }: Ended, isIt: (seen: Seen) => boolean = () => true): number {
  const first = rig.proxy.seen.find(isIt);
  must(first, "there was such a request");
  return (at - first.at) / 1_000;
}

/** The text for people: what is on standard error after the log. */
export function textForPeople({ stderr }: Ended, program: string): string {
  return stderr.slice(stderr.lastIndexOf(`${program}: `));
}
