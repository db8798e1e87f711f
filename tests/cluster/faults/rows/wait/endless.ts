/**
 * Answers without an end.
 *
 * @module
 */
import type { FaultRow } from "../../fault_row.ts";
import { must, mustSay } from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { finishWork, killedInTheWait } from "../../lab/watched_run.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { memoryOf } from "../../servers/processes.ts";

/** For how long all answers have no end, milliseconds. */
const ENDLESS_MS = 8_000;
/** Most memory that a run may have had after that, KiB: what it takes by itself, and some answers of 8 MiB. */
const MAX_PEAK_KIB = 224 * 1024;
const CHUNK = new Uint8Array(256 * 1024).fill(" ".charCodeAt(0));

async function* blanks(start: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(start);
  while (true) yield CHUNK;
}

/** An object that never ends. */
function endlessObject(exchange: Exchange): Promise<void> {
  return exchange.stream(blanks('{"kind": "Status", "metadata": '));
}

/** An error whose text never ends. */
async function endlessError({ connection }: Exchange): Promise<void> {
  await connection.writeHead(500, { "content-type": "text/plain" });
  for await (const piece of blanks("Sorry")) await connection.writePiece(piece);
}

const isRead = ({ seen, isWatch }: Exchange) => seen.method === "GET" && !isWatch;

/** Answers every read so, for some time. */
async function answerReads(rig: Rig, answer: (exchange: Exchange) => Promise<void>): Promise<void> {
  let answered = 0;
  rig.proxy.rule = (exchange) => {
    if (!isRead(exchange)) return undefined;
    answered++;
    return answer(exchange);
  };
  rig.proxy.cutAll();
  await Promise.all([sleep(ENDLESS_MS), until("a read has an answer without end", () => answered > 0)]);
  rig.proxy.rule = () => undefined;
}

const ANSWERS = [
  ["objects and lists that never end", endlessObject, "the answer is longer than 8 MiB"],
  ["errors that never end", endlessError, "Sorry (500)"],
] as const;

export const rows: FaultRow[] = ANSWERS.flatMap(([what, answer, said]): FaultRow[] => [
  {
    row: 71,
    name: `reads are answered with ${what} for 8 s in the wait: the verdict comes after that`,
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig, { run }) {
      await answerReads(rig, answer);
      const { peak } = await memoryOf(run.pid);
      must(peak < MAX_PEAK_KIB, `the run has taken at most ${MAX_PEAK_KIB} KiB (it was ${peak} KiB)`);
    },
    expect: { says: [said] },
  },
  {
    row: 71,
    name: `reads are answered with ${what} for 8 s at a further start: the run goes on after that`,
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      const { metadata } = await killedInTheWait(rig) as { metadata: { uid: string } };
      const faults = answerReads(rig, answer);
      const run = rig.start();
      await faults;
      const outcome = await finishWork(rig, { run, uid: metadata.uid }, "Failed");
      mustSay(outcome.ended, said);
      return outcome;
    },
  },
]);
