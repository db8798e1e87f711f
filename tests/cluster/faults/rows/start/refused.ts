/**
 * The API server's No to a create: a final one ends the run at once, one that passes is waited out.
 *
 * @module
 */
import { denyingWebhook, type Review, WEBHOOK, withPolicy, withWebhook } from "../../lab/admission.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { JOB } from "../../works/job.ts";
import type { Seen } from "../../proxy/proxy.ts";
import { isCreate, isTrialCreate } from "../../proxy/requests.ts";
import { type Rig, sleep } from "../../lab/rig.ts";
import {
  failure,
  finishAndWait,
  must,
  mustHaveCreatedNothing,
  mustHaveSeen,
  mustSay,
  onCreate,
  onFirst,
  runToSuccess,
  secondsFrom,
  untilSaid,
} from "../../lab/steps.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Runs until the API server refuses the work: after one request of a kind, at once, with nothing created. */
async function runToRefusal(rig: Rig, isIt: (seen: Seen) => boolean, ...says: string[]): Promise<Outcome> {
  const ended = await rig.start().ended;
  const seconds = secondsFrom(rig, ended, isIt);
  must(seconds < 10, `it ends within 10 s of that request (it took ${seconds} s)`);
  mustHaveSeen(rig, 1, isIt, "the request that was refused");
  mustSay(ended, ...says, "left in the cluster: not created");
  must((await rig.status())?.reason === "RefusedByApi", "the status says so too");
  await mustHaveCreatedNothing(rig);
  return { ended };
}

/** A row whose webhook cannot be asked for 10 s. */
function webhookDownRow(name: string, open: () => { url: string; close: () => void }): FaultRow {
  return {
    row: 22,
    name,
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const { url, close } = open();
      try {
        return await withWebhook(rig, url, async (remove) => {
          const run = rig.start();
          await untilSaid(run, "failed calling webhook");
          await sleep(8_000);
          must(rig.proxy.seen.some(({ status }) => status === 500), "the API server says 500");
          await mustHaveCreatedNothing(rig);
          await remove();
          const outcome = await finishAndWait(rig, run);
          mustSay(outcome.ended, `failed calling webhook "${WEBHOOK}"`, "trying again");
          return outcome;
        });
      } finally {
        close();
      }
    },
  };
}

/** A server that takes connections and never says a word. */
function muteServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accept = async () => {
    for await (const conn of listener) held.push(conn);
  };
  accept().catch(() => {});
  const close = () => {
    listener.close();
    for (const conn of held) conn.close();
  };
  return { url: `https://127.0.0.1:${listener.addr.port}/`, close };
}

const webhooksDown: FaultRow[] = [
  webhookDownRow("nothing listens where the webhook should be, for 10 s: the create waits for it", () => ({
    url: "https://127.0.0.1:9/",
    close() {},
  })),
  webhookDownRow("the webhook does not answer for 10 s: the create waits for it", muteServer),
  {
    row: 22,
    name: "eight creates in a row cannot be asked of the webhook: it is sent again",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const text = `Internal error occurred: failed calling webhook "${WEBHOOK}": connection refused`;
      rig.proxy.rule = onCreate(8, (exchange) => exchange.answer(500, failure(500, "InternalError", text)));
      const outcome = await runToSuccess(rig);
      mustHaveSeen(rig, 9, isCreate, "a create");
      mustSay(outcome.ended, WEBHOOK);
      return outcome;
    },
  },
];

/** A row whose webhook denies with a code that says something else. */
function deniedRow(code: number, at: "both" | "create"): FaultRow {
  return {
    row: 23,
    name: `a webhook denies the ${
      at === "both" ? "work" : "create, not its trial"
    } with code ${code}: 20 at once`,
    exitCode: 20,
    objects: 0,
    async scenario(rig) {
      const isDenied = ({ dryRun }: Review) => at === "both" || !dryRun;
      const webhook = denyingWebhook(code, "no work on Fridays", isDenied);
      try {
        return await withWebhook(rig, webhook.url, async () => {
          const outcome = await runToRefusal(rig, isCreate, WEBHOOK, "no work on Fridays");
          must(webhook.asked.some(isDenied), "the webhook was asked");
          return outcome;
        });
      } finally {
        await webhook.close();
      }
    },
  };
}

const denials: FaultRow[] = [
  deniedRow(403, "both"),
  deniedRow(429, "both"),
  deniedRow(503, "both"),
  deniedRow(503, "create"),
  {
    row: 23,
    name: "a ValidatingAdmissionPolicy denies the work: 20 at once",
    exitCode: 20,
    objects: 0,
    scenario: (rig) =>
      withPolicy(
        rig,
        "no work here",
        () => runToRefusal(rig, isCreate, "denied request: no work here"),
      ),
  },
  {
    row: 69,
    name: "a webhook denies the trial of the work, not its create: it is said, and the work is done",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const webhook = denyingWebhook(403, "no trials", ({ dryRun }) => dryRun);
      try {
        return await withWebhook(rig, webhook.url, async () => {
          const outcome = await runToSuccess(rig);
          mustSay(outcome.ended, "the dry run before the start is refused, going on without it", "no trials");
          return outcome;
        });
      } finally {
        await webhook.close();
      }
    },
  },
];

/** Writes a manifest with `bytes` of text in all; as aliases of one text if the file is to stay small. */
function writeLarge({ folder, work }: Rig, bytes: number, count = 1): Promise<void> {
  const text = "x".repeat(bytes / count);
  const items = Array.from(
    { length: count },
    (_, index) => `{name: p${index}, value: ${index === 0 ? `&text ${text}` : "*text"}}`,
  );
  return Deno.writeTextFile(`${folder}/manifest.yaml`, work.listing(`[${items.join(", ")}]`));
}

/** Helm's Job is the runner's own: no manifest can make it invalid or large. */
const wholeWorks = [WORKFLOW, JOB];

const refusals: FaultRow[] = [
  {
    row: 24,
    works: wholeWorks,
    name: "the object is invalid (422): 20 with the field, at once",
    exitCode: 20,
    objects: 0,
    async scenario(rig) {
      await rig.writeManifest(wholeObject(rig.work, { labels: { team: "no blanks" } }));
      return await runToRefusal(rig, isTrialCreate, "metadata.labels", "no blanks", "(422)");
    },
  },
  {
    row: 24,
    name: "the object cannot be read by the API server (400): 20, at once",
    exitCode: 20,
    objects: 0,
    scenario(rig) {
      // The runner checks all that the real one could stumble over.
      const text = `${rig.work.kind} in version "v1" cannot be handled: strict decoding error`;
      rig.proxy.rule = onFirst(
        1,
        ({ seen }) => isTrialCreate(seen),
        (exchange) => exchange.answer(400, failure(400, "BadRequest", text)),
      );
      return runToRefusal(rig, isTrialCreate, "strict decoding error", "(400)");
    },
  },
  {
    row: 25,
    // The API server sends a Job a second time, and then finds the labels wrong that it has given it the first time.
    works: [WORKFLOW],
    name: "the object is too large for etcd, which a trial does not find (500): 20, and it is sent once",
    exitCode: 20,
    objects: 0,
    async scenario(rig) {
      await writeLarge(rig, 1_572_700);
      return await runToRefusal(rig, isCreate, "etcdserver: request is too large");
    },
  },
  {
    row: 25,
    works: wholeWorks,
    name: "the object is too large for the API server (413): 20, and it is sent once",
    exitCode: 20,
    objects: 0,
    async scenario(rig) {
      await writeLarge(rig, 4_000_000, 40);
      return await runToRefusal(rig, isTrialCreate, "(413)");
    },
  },
];

export const rows: FaultRow[] = [...webhooksDown, ...denials, ...refusals];
