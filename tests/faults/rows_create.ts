/**
 * Faults of the create: at most one object, and never a wrong word on whether it is there.
 *
 * @module
 */
import type { FaultRow } from "./fault_row.ts";
import type { Exchange, Rule } from "./proxy.ts";
import type { Rig } from "./rig.ts";

/** Does `fault` to the first `times` creates. */
function onCreate(times: number, fault: (exchange: Exchange) => Promise<void>): Rule {
  let left = times;
  return (exchange) => exchange.isCreate && left-- > 0 ? fault(exchange) : undefined;
}

/** Runs to success, with the work finished as soon as the runner watches it. */
async function runToSuccess(rig: Rig) {
  const run = rig.start();
  await rig.watching();
  await rig.finish();
  const verdictAt = performance.now();
  return { ended: await run.ended, verdictAt };
}

async function forwardAndDrop(exchange: Exchange): Promise<void> {
  await (await exchange.forward()).body?.cancel();
  exchange.cut();
}

export const rows: FaultRow[] = [
  {
    row: 5,
    name: "the reply to the create is lost: the object is found and adopted",
    exitCode: 0,
    objects: 1,
    scenario(rig) {
      rig.proxy.rule = onCreate(1, forwardAndDrop);
      return runToSuccess(rig);
    },
  },
  {
    row: 5,
    name: "the replies to three creates are lost: one object",
    exitCode: 0,
    objects: 1,
    scenario(rig) {
      rig.proxy.rule = onCreate(3, forwardAndDrop);
      return runToSuccess(rig);
    },
  },
  {
    row: 6,
    name: "the create never arrives: it is sent again",
    exitCode: 0,
    objects: 1,
    scenario(rig) {
      rig.proxy.rule = onCreate(2, (exchange) => Promise.resolve(exchange.cut()));
      return runToSuccess(rig);
    },
  },
  {
    row: 7,
    name: "the create is done and answered with 504: the object is adopted",
    exitCode: 0,
    objects: 1,
    scenario(rig) {
      rig.proxy.rule = onCreate(1, async (exchange) => {
        await (await exchange.forward()).body?.cancel();
        await exchange.answer(504, {
          kind: "Status",
          apiVersion: "v1",
          status: "Failure",
          reason: "Timeout",
          message: "request did not complete within requested timeout",
          code: 504,
        });
      });
      return runToSuccess(rig);
    },
  },
];
