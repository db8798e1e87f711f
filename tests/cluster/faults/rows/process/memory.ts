/**
 * Memory: it must not grow with the object that is waited for.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep } from "../../lab/waiting.ts";
import { forgetPeak, memoryOf } from "../../servers/processes.ts";
import { NAME } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** How many events are sent before each measurement. */
const EVENTS = 20;
const NODES = 3_000;
/**
 * How much higher the peak may be with the large object, KiB: what one read of the whole object takes, which
 * may fall into the measurement (9 MiB seen), and not what the objects of {@linkcode EVENTS} events take.
 */
const ONE_LOOK = 20 * 1_024;

/** The peak over some events, KiB. */
async function peakOver(rig: Rig, pid: number, what: string): Promise<number> {
  await forgetPeak(pid);
  for (let event = 0; event < EVENTS; event++) {
    await rig.patchObject({ metadata: { labels: { event: `${what}-${event}` } } });
    await sleep(100);
  }
  return (await memoryOf(pid)).peak;
}

/** Nodes as those of the controller, about 1 MiB of them. */
function nodes(): JsonObject {
  const node = (index: number) => ({
    id: `${NAME}-${index}`,
    name: `${NAME}[0].step-${index}`,
    displayName: `step-${index}`,
    type: "Pod",
    templateName: "step",
    templateScope: `local/${NAME}`,
    phase: "Succeeded",
    boundaryID: NAME,
    startedAt: "2026-01-01T00:00:00Z",
    finishedAt: "2026-01-01T00:00:10Z",
    progress: "1/1",
    resourcesDuration: { cpu: 0, memory: 3 },
    hostNodeName: "worker",
    outputs: { exitCode: "0" },
  });
  return Object.fromEntries(Array.from({ length: NODES }, (_, index) => [`${NAME}-${index}`, node(index)]));
}

export const rows: FaultRow[] = [
  {
    row: 62,
    works: [WORKFLOW],
    name: "a Workflow with 3000 nodes takes no more memory than one look at it, and ends in its verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      await sleep(2_000);
      const small = await peakOver(rig, run.pid, "small");
      const { status } = await rig.patchObject({ status: { nodes: nodes() } });
      const bytes = JSON.stringify(status).length;
      assert(bytes > 1_000_000, `the status has only ${bytes} bytes`);
      const large = await peakOver(rig, run.pid, "large");
      const sizes = `${Math.round(small / 1_024)} MiB before, ${
        Math.round(large / 1_024)
      } MiB with the nodes`;
      assert(large <= small + ONE_LOOK, `the peak grew with the object: ${sizes}`);
      await rig.finish();
      const verdictAt = performance.now();
      return { ended: await endOf(run), verdictAt };
    },
  },
];
