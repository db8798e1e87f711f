/**
 * Faults of the watch: each ends in the verdict that the object shows.
 *
 * @module
 */
import type { FaultRow } from "./fault_row.ts";
import type { Rig } from "./rig.ts";
import { sleep } from "./rig.ts";

/** Brings a fault about while the runner watches, and ends the work under it. */
async function finishUnder(rig: Rig, fault: (rig: Rig) => void) {
  const run = rig.start();
  await rig.watching();
  fault(rig);
  await rig.finish();
  const verdictAt = performance.now();
  return { ended: await run.ended, verdictAt };
}

const gone = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason: "Expired",
  message: "too old",
  code: 410,
};

export const rows: FaultRow[] = [
  {
    row: 32,
    name: "every watch ends with 410 as an ERROR event: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) =>
      finishUnder(rig, ({ proxy }) => {
        proxy.rule = (exchange) =>
          exchange.isWatch ? exchange.stream(events({ type: "ERROR", object: gone })) : undefined;
        proxy.cutAll();
      }),
  },
  {
    row: 35,
    name: "every watch is closed after a second without events: the verdict comes, at a bearable pace",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      rig.proxy.rule = (exchange) => exchange.isWatch ? exchange.stream(silence(1_000)) : undefined;
      const run = rig.start();
      await rig.watching();
      await sleep(65_000);
      await rig.finish();
      const verdictAt = performance.now();
      return { ended: await run.ended, verdictAt };
    },
  },
];

async function* events(...all: unknown[]): AsyncGenerator<string> {
  for (const event of all) yield `${JSON.stringify(event)}\n`;
}

async function* silence(ms: number): AsyncGenerator<string> {
  await sleep(ms);
  yield "";
}
