/**
 * Refused creates: a final refusal ends the run at once, a temporary refusal is waited out.
 *
 * @module
 */
import type { Expectation, FaultRow } from "../../fault_row.ts";
import { addDenyingWebhook, addPolicy, addWebhook, type Review, WEBHOOK } from "../../lab/admission.ts";
import { must, mustHaveCreatedNothing, mustHaveSeen, mustSay, secondsFrom } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, untilSaid } from "../../lab/waiting.ts";
import { finishWhenWatched } from "../../lab/watched_run.ts";
import type { Seen } from "../../proxy/proxy.ts";
import { failure, onCreate, onFirst } from "../../proxy/proxy_rules.ts";
import { isCreate, isTrialCreate } from "../../proxy/requests.ts";
import { JOB } from "../../works/job.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** The API server refused the work: the run ends at once after one request of a kind, with nothing created. */
function refusedAt(isIt: (seen: Seen) => boolean, ...says: string[]): Expectation {
  return {
    says: [...says, "left in the cluster: not created"],
    async also(rig, { ended }) {
      const seconds = secondsFrom(rig, ended, isIt);
      must(seconds < 10, `it ends within 10 s of that request (it took ${seconds} s)`);
      mustHaveSeen(rig, 1, isIt, "the request that was refused");
      must((await rig.status())?.reason === "RefusedByApi", "the status says so too");
      await mustHaveCreatedNothing(rig);
    },
  };
}

/** A row whose webhook cannot be asked for 10 s. */
function webhookDownRow(name: string, open: (rig: Rig) => string): FaultRow {
  return {
    row: 22,
    name,
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const remove = await addWebhook(rig, open(rig));
      const run = rig.start();
      await untilSaid(run, "failed calling webhook");
      await sleep(8_000);
      must(rig.proxy.seen.some(({ status }) => status === 500), "the API server says 500");
      await mustHaveCreatedNothing(rig);
      await remove();
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, `failed calling webhook "${WEBHOOK}"`, "trying again");
      return outcome;
    },
  };
}

/** A server that accepts connections and never sends anything. */
function muteServer(rig: Rig): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accept = async () => {
    for await (const conn of listener) held.push(conn);
  };
  accept().catch(() => {});
  rig.defer(() => {
    listener.close();
    for (const conn of held) conn.close();
    return Promise.resolve();
  });
  return `https://127.0.0.1:${listener.addr.port}/`;
}

const WEBHOOK_REFUSED = failure(
  500,
  "InternalError",
  `Internal error occurred: failed calling webhook "${WEBHOOK}": connection refused`,
);

const webhooksDown: FaultRow[] = [
  webhookDownRow(
    "nothing listens where the webhook should be, for 10 s: the create waits for it",
    () => "https://127.0.0.1:9/",
  ),
  webhookDownRow("the webhook does not answer for 10 s: the create waits for it", muteServer),
  {
    row: 22,
    name: "eight creates in a row cannot be asked of the webhook: it is sent again",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => onCreate(8, ({ answer }) => answer(500, WEBHOOK_REFUSED))),
    expect: { creates: 9, says: [WEBHOOK] },
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
    at: "start",
    async trouble(rig) {
      const isDenied = ({ dryRun }: Review) => at === "both" || !dryRun;
      const asked = await addDenyingWebhook(rig, { code, message: "no work on Fridays", isDenied });
      return () => must(asked.some(isDenied), "the webhook was asked");
    },
    act: "nothing",
    expect: refusedAt(isCreate, WEBHOOK, "no work on Fridays"),
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
    at: "start",
    trouble: (rig) => addPolicy(rig, "no work here"),
    act: "nothing",
    expect: refusedAt(isCreate, "denied request: no work here"),
  },
  {
    row: 69,
    name: "a webhook denies the trial of the work, not its create: it is said, and the work is done",
    exitCode: 0,
    objects: 1,
    at: "start",
    async trouble(rig) {
      const isDenied = ({ dryRun }: Review) => dryRun;
      await addDenyingWebhook(rig, { code: 403, message: "no trials", isDenied });
    },
    expect: { says: ["the dry run before the start is refused, going on without it", "no trials"] },
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
    at: "start",
    trouble: (rig) => rig.writeManifest(wholeObject(rig.work, { labels: { team: "no blanks" } })),
    act: "nothing",
    expect: refusedAt(isTrialCreate, "metadata.labels", "no blanks", "(422)"),
  },
  {
    row: 24,
    name: "the object cannot be read by the API server (400): 20, at once",
    exitCode: 20,
    objects: 0,
    at: "start",
    trouble: withRule(({ work }) => {
      // The runner checks all that the real one could stumble over.
      const text = `${work.kind} in version "v1" cannot be handled: strict decoding error`;
      const refusal = failure(400, "BadRequest", text);
      return onFirst(1, ({ seen }) => isTrialCreate(seen), ({ answer }) => answer(400, refusal));
    }),
    act: "nothing",
    expect: refusedAt(isTrialCreate, "strict decoding error", "(400)"),
  },
  {
    row: 25,
    // The API server sends a Job a second time, and then finds the labels wrong that it has given it the first time.
    works: [WORKFLOW],
    name: "the object is too large for etcd, which a trial does not find (500): 20, and it is sent once",
    exitCode: 20,
    objects: 0,
    at: "start",
    trouble: (rig) => writeLarge(rig, 1_572_700),
    act: "nothing",
    expect: refusedAt(isCreate, "etcdserver: request is too large"),
  },
  {
    row: 25,
    works: wholeWorks,
    name: "the object is too large for the API server (413): 20, and it is sent once",
    exitCode: 20,
    objects: 0,
    at: "start",
    trouble: (rig) => writeLarge(rig, 4_000_000, 40),
    act: "nothing",
    expect: refusedAt(isTrialCreate, "(413)"),
  },
];

export const rows: FaultRow[] = [...webhooksDown, ...denials, ...refusals];
