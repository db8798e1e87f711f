/**
 * The definition of a kind that is really missing, removed and made again, on an API server of the test's own.
 *
 * @module
 */
import { mustGiveUpTheKind } from "./no_place.ts";
import { certificate } from "../../../../lab/certificate.ts";
import type { FaultRow, Outcome, RowOnControlPlane } from "../../fault_row.ts";
import { must, mustSay } from "../../lab/checks.ts";
import { uidOf } from "../../lab/metadata.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, untilSaid } from "../../lab/waiting.ts";
import { endOfWatched, finishWhenWatched, startWatching, type WatchedRun } from "../../lab/watched_run.ts";
import { lines } from "../../proxy/bodies.ts";
import { onCreate } from "../../proxy/proxy_rules.ts";
import { isCreate, isList } from "../../proxy/requests.ts";
import type { ControlPlane } from "../../servers/control_plane.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** A row about a definition, which only Workflows have. */
function definitionRow(
  row: number,
  rest: Omit<RowOnControlPlane, "row" | "onControlPlane" | "works">,
): FaultRow {
  return { row, onControlPlane: true, works: [WORKFLOW], ...rest };
}

/** Removes the definition under a run that waits; resolves when the run has met that. */
async function removeInTheWait(rig: Rig, plane: ControlPlane): Promise<void> {
  const look = rig.request(isList);
  await plane.deleteDefinition();
  rig.proxy.cutAll();
  await look;
}

async function endAsGone(watched: WatchedRun): Promise<Outcome> {
  const outcome = await endOfWatched(watched);
  mustSay(outcome.ended, "was deleted before its end was seen");
  return outcome;
}

const before: FaultRow[] = [
  definitionRow(17, {
    name: "the real definition is made 5 s after the start: the run begins then",
    exitCode: 0,
    objects: 1,
    async scenario(rig, plane) {
      await plane.deleteDefinition();
      const run = rig.start();
      await untilSaid(run, "trying again");
      await sleep(5_000);
      await plane.createDefinition();
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, "404 page not found");
      return outcome;
    },
  }),
  definitionRow(17, {
    name: "there is really no definition: 22 after 10 s, with its group and kind",
    exitCode: 22,
    objects: 0,
    async scenario(rig, plane) {
      await plane.deleteDefinition();
      const outcome = { ended: await rig.start().ended };
      await mustGiveUpTheKind(rig, outcome);
      return outcome;
    },
  }),
  definitionRow(17, {
    name: "the real definition is removed just before the create and made again 5 s later: it is sent again",
    exitCode: 0,
    objects: 1,
    async scenario(rig, plane) {
      let made: Promise<void> | undefined;
      rig.proxy.rule = onCreate(1, async (exchange) => {
        await plane.deleteDefinition();
        made = sleep(5_000).then(() => plane.createDefinition());
        await exchange.pass();
      });
      const outcome = await finishWhenWatched(rig, rig.start());
      await made;
      must(rig.proxy.seen.filter(isCreate).length > 1, "it is sent again");
      return outcome;
    },
  }),
];

const inTheWait: FaultRow[] = [
  definitionRow(18, {
    name: "the real definition is removed in the wait and made again: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    async scenario(rig, plane) {
      const watched = await startWatching(rig);
      await removeInTheWait(rig, plane);
      await sleep(8_000);
      await plane.createDefinition();
      return await endAsGone(watched);
    },
  }),
  definitionRow(18, {
    name: "it is removed, and made again with another object of the name, which succeeds: replaced",
    exitCode: 12,
    objects: 1,
    async scenario(rig, plane) {
      const watched = await startWatching(rig);
      await removeInTheWait(rig, plane);
      rig.proxy.refuse();
      await plane.createDefinition();
      const other = await rig.createObject(wholeObject(rig.work, { name: rig.work.objectName }));
      await rig.finish();
      rig.proxy.open(certificate("first"));
      const outcome = await endOfWatched(watched);
      mustSay(outcome.ended, "was replaced by another of the same name");
      must(uidOf(await rig.object()) === uidOf(other), "the other object is still there");
      return outcome;
    },
  }),
  definitionRow(18, {
    name: "it is removed after the work has succeeded, which only the deletion shows: it succeeded",
    exitCode: 0,
    objects: 1,
    async scenario(rig, plane) {
      rig.proxy.rule = ({ isWatch, pass }) => {
        if (!isWatch) return undefined;
        return pass(async function* (body) {
          for await (const line of lines(body)) if (line.includes('"type":"DELETED"')) yield line;
        });
      };
      const watched = await startWatching(rig);
      await rig.finish();
      await plane.deleteDefinition();
      return await endOfWatched(watched);
    },
  }),
];

export const rows: FaultRow[] = [...before, ...inTheWait];
