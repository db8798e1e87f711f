/**
 * The runner is killed before and after each of its requests, and started again: one object, and its verdict.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { must, mustReportTheObject } from "./lab/checks.ts";
import { uidOf } from "./lab/metadata.ts";
import { type Rig, withRig } from "./lab/rig.ts";
import type { Seen } from "./proxy/proxy.ts";
import { forwardAndForget } from "./proxy/proxy_rules.ts";
import { isCreate, isWatch } from "./proxy/requests.ts";
import { WORKS } from "./works/all_works.ts";
import type { Work } from "./works/work.ts";

/** A moment of a run at which it is killed. */
interface Boundary {
  /** How many requests came before this one. */
  index: number;
  /** Such as `POST workflows dryRun`. */
  request: string;
  /** Whether the API server has done what was asked; the runner never has its answer. */
  moment: typeof MOMENTS[number];
  phase: typeof PHASES[number];
}

/** How many runs at once. */
const SIDE_BY_SIDE = 4;
const MOMENTS = ["before", "after"] as const;
const PHASES = ["Succeeded", "Failed"] as const;
const EXIT_CODES = { Succeeded: 0, Failed: 10 };

/** Ends the work as soon as any start of the run watches it. */
function finishAtTheWatch(rig: Rig, phase: Boundary["phase"]): (seen: Seen) => void {
  let finished: Promise<void> | undefined;
  return (seen) => {
    if (isWatch(seen)) finished ??= rig.finish(phase);
  };
}

/** The requests of a run that nothing befalls. */
function requestsOfOneRun(work: Work): Promise<string[]> {
  return withRig(async (rig) => {
    const look = finishAtTheWatch(rig, "Succeeded");
    rig.proxy.rule = ({ seen, pass }) => pass((body) => (look(seen), body));
    assertEquals((await rig.start().ended).code, 0);
    return rig.proxy.seen.map(textOf);
  }, { work });
}

function textOf({ method, path }: Seen): string {
  const { pathname, searchParams } = new URL(path, "https://server");
  const hints = ["dryRun", "watch"].filter((name) => searchParams.has(name));
  const [, ...resource] = pathname.split("/namespaces/")[1]!.split("/");
  return [method, resource.join("/"), ...hints].join(" ");
}

/** Kills a run at a boundary and starts it again. */
function killAndRestart(work: Work, { index, moment, phase }: Boundary): Promise<void> {
  return withRig(async (rig) => {
    const look = finishAtTheWatch(rig, phase);
    rig.proxy.rule = (exchange) => {
      if (exchange.index !== index) {
        return exchange.pass((body) => (look(exchange.seen), body));
      }
      const fate = moment === "after" ? forwardAndForget(exchange) : Promise.resolve();
      return fate.then(() => first.kill("SIGKILL"));
    };
    const first = rig.start();
    assertEquals((await first.ended).code, 137, "it is killed");
    const uid = uidOf(await rig.object());
    const ended = await rig.start().ended;
    assertEquals(ended.code, EXIT_CODES[phase], ended.stderr);
    assertEquals(
      rig.proxy.seen.filter((seen) => isCreate(seen) && seen.status === 201).length,
      1,
      "one object",
    );
    await mustReportTheObject(rig, ended);
    must(uid === undefined || uid === uidOf(await rig.object()), "the uid is the same");
  }, { work });
}

/** Kills a run at each of its boundaries, each a step. */
async function killAtEach(work: Work, t: Deno.TestContext): Promise<void> {
  const requests = await requestsOfOneRun(work);
  assert(requests.length >= 6, requests.join("\n"));
  const boundaries = requests.flatMap((request, index) =>
    MOMENTS.flatMap((moment) => PHASES.map((phase): Boundary => ({ index, request, moment, phase })))
  );
  const pending = boundaries.map((boundary) => ({ boundary, run: Promise.withResolvers<void>() }));
  for (const { run } of pending) run.promise.catch(() => {});
  const queue = [...pending];
  const lanes = Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await killAndRestart(work, next.boundary).then(next.run.resolve, next.run.reject);
    }
  });
  for (const { boundary: { index, moment, phase, request }, run } of pending) {
    const name = `${moment} request ${index + 1}, ${request}: ${phase}`;
    await t.step({ name, sanitizeOps: false, sanitizeResources: false, fn: () => run.promise });
  }
  await Promise.all(lanes);
}

for (const work of WORKS) {
  Deno.test({
    name:
      `${work.program}: killed before and after each of its requests, the next start goes on with the one object`,
    ignore: !Deno.env.get("KUBECONFIG") || Deno.env.get("FAULTS_ROWS") !== undefined,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: (t) => killAtEach(work, t),
  });
}
