/**
 * Tokens that are rotated, refused, or not there for a moment.
 *
 * @module
 */
import { RunningProgram } from "../../../../lab/compiled_program.ts";
import type { FaultRow, RowOnCluster } from "../../fault_row.ts";
import {
  must,
  mustHaveCreatedNothing,
  mustHaveSeen,
  mustLeaveRunning,
  secondsFrom,
} from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep, until } from "../../lab/waiting.ts";
import { endOfFinished, finishWhenWatched, finishWork, startWatching } from "../../lab/watched_run.ts";
import { NAME } from "../../works/work.ts";

/** A well-formed token that no API server issued. */
const FALSE_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl";
/** How long a token is refused before the next one comes, milliseconds. */
const REFUSED_MS = 20_000;

/** Replaces the token's file in one step, as the kubelet does. */
async function replaceToken({ folder }: Rig, text: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/token.new`, text);
  await Deno.rename(`${folder}/token.new`, `${folder}/token`);
}

function goodToken({ cluster, namespace }: Rig): Promise<string> {
  return cluster.tokenOf(namespace, NAME);
}

/** A token that ends with the Secret it is bound to. */
async function boundToken({ cluster, namespace }: Rig): Promise<{ token: string; revoke(): Promise<void> }> {
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const secret = await cluster.create(secrets, { metadata: { name: "bound" } });
  const { uid } = secret.metadata as { uid: string };
  const request = await cluster.create(`/api/v1/namespaces/${namespace}/serviceaccounts/${NAME}/token`, {
    spec: {
      expirationSeconds: 3_600,
      boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "bound", uid },
    },
  });
  return {
    token: (request.status as { token: string }).token,
    async revoke() {
      const answer = await cluster.request("DELETE", `${secrets}/bound`);
      await answer.body?.cancel();
      must(answer.ok, "the Secret is deleted");
    },
  };
}

/** The tokens of requests. */
type Tokens = (string | undefined)[];

/** Lets every request pass and notes who it comes from. */
function noteTokens({ proxy }: Rig): Tokens {
  const tokens: Tokens = [];
  proxy.rule = ({ request }) => {
    tokens.push(request.headers.get("authorization")?.replace("Bearer ", ""));
    return undefined;
  };
  return tokens;
}

const refusals = ({ proxy }: Rig) => proxy.seen.filter(({ status }) => status === 401).length;

/** Breaks connections until a request is refused: API servers remember a good token for 10 s. */
async function untilRefused(rig: Rig): Promise<void> {
  await until("a request is refused with 401", async () => {
    rig.proxy.cutAll();
    await sleep(1_000);
    return refusals(rig) > 0;
  });
}

/** Breaks connections and waits for a request that is answered. */
async function nextRequest(rig: Rig): Promise<void> {
  const from = rig.proxy.seen.length;
  rig.proxy.cutAll();
  await until("an answer", () => rig.proxy.seen.slice(from).find(({ status }) => status === 200));
}

/** The runner starts with this token file, to which nothing but exit code 2 is right: nothing can ever be sent. */
function unusableAtStart(what: string, prepare: (file: string) => Promise<void>, says: string): FaultRow {
  return {
    row: 45,
    name: `the token file is ${what} at the start: bad input that names the file`,
    exitCode: 2,
    objects: 0,
    at: "start",
    trouble: ({ folder }) => prepare(`${folder}/token`),
    act: "nothing",
    expect: {
      says: ({ folder }) => [`token file ${folder}/token ${says}`],
      also: (rig) => mustHaveSeen(rig, 0, () => true, "a request"),
    },
  };
}

/** Starts the run with a token that can be revoked. */
async function startBound(rig: Rig): Promise<{ run: RunningProgram; revoke(): Promise<void> }> {
  const { token, revoke } = await boundToken(rig);
  await replaceToken(rig, token);
  const run = rig.start();
  await rig.watching();
  return { run, revoke };
}

/** Notes the tokens of a run from its start, and checks at its end that none was refused. */
function rotated(change: (rig: Rig, tokens: Tokens) => Promise<void>): Pick<RowOnCluster, "scenario"> {
  return {
    async scenario(rig) {
      const tokens = noteTokens(rig);
      const watched = await startWatching(rig);
      await change(rig, tokens);
      const outcome = await finishWork(rig, watched);
      must(refusals(rig) === 0, "no token was refused");
      return outcome;
    },
  };
}

export const rows: FaultRow[] = [
  {
    row: 44,
    name: "the token is revoked in the wait, a new one comes 20 s later: the verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const { run, revoke } = await startBound(rig);
      await revoke();
      await untilRefused(rig);
      await rig.finish();
      await sleep(REFUSED_MS);
      await replaceToken(rig, await goodToken(rig));
      return await endOfFinished(rig, run);
    },
  },
  {
    row: 44,
    name: "the token is refused before the create, a new one comes 20 s later: the verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await replaceToken(rig, FALSE_TOKEN);
      const run = rig.start();
      await until("a request is refused with 401", () => refusals(rig) > 0);
      await sleep(REFUSED_MS);
      await mustHaveCreatedNothing(rig);
      await replaceToken(rig, await goodToken(rig));
      return await finishWhenWatched(rig, run);
    },
  },
  {
    row: 44,
    name: "the token is refused before the create for good: not allowed, nothing created",
    exitCode: 21,
    objects: 0,
    at: "start",
    trouble: (rig) => replaceToken(rig, FALSE_TOKEN),
    act: "nothing",
    expect: {
      async also(rig, { ended }) {
        must(refusals(rig) > 1, "it was tried again");
        must(secondsFrom(rig, ended) > 50, "it was tried for about a minute");
        must(ended.report?.reason === "NotAllowed", `the reason is NotAllowed\n${ended.stderr}`);
        await mustHaveCreatedNothing(rig);
      },
    },
  },
  {
    row: 44,
    name: "the token is refused in the wait for good: access lost, the work is left running",
    exitCode: 34,
    objects: 1,
    async scenario(rig) {
      const { run } = await startWatching(rig);
      await replaceToken(rig, FALSE_TOKEN);
      await untilRefused(rig);
      const refusedAt = performance.now();
      const ended = await endOf(run);
      must(ended.at - refusedAt > 50_000, "it was tried for about a minute");
      await mustLeaveRunning(rig, ended, "AccessLost");
      return { ended };
    },
  },
  {
    row: 44,
    name: "the token is rotated in time: the new one is used, and none is refused",
    exitCode: 0,
    objects: 1,
    ...rotated(async (rig, tokens) => {
      const next = await goodToken(rig);
      await replaceToken(rig, next);
      await nextRequest(rig);
      must(tokens.at(-1) === next, "the new token is used");
    }),
  },
  {
    row: 45,
    name: "the token file is empty, missing, blank, and there again: the last good token is used in between",
    exitCode: 0,
    objects: 1,
    ...rotated(async (rig, tokens) => {
      const file = `${rig.folder}/token`;
      const first = await Deno.readTextFile(file);
      const steps = [
        () => Deno.writeTextFile(file, ""),
        () => Deno.remove(file),
        () => Deno.writeTextFile(file, "\r\n"),
      ];
      for (const step of steps) {
        await step();
        await nextRequest(rig);
        must(tokens.at(-1) === first, "the last good token is used");
      }
      const last = await goodToken(rig);
      await Deno.writeTextFile(file, `${last}\r\n`);
      await nextRequest(rig);
      // A request that was on its way when the file was written has the token of before.
      await until("the new token is sent", () => tokens.at(-1) === last);
    }),
  },
  {
    row: 45,
    name: "the token is refused while its file is empty: the next one is taken when it comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const { run, revoke } = await startBound(rig);
      await replaceToken(rig, "");
      await revoke();
      await untilRefused(rig);
      await sleep(5_000);
      await rig.finish();
      await Deno.writeTextFile(`${rig.folder}/token`, await goodToken(rig));
      return await endOfFinished(rig, run);
    },
  },
  {
    row: 45,
    name: 'the token file ends with "\\r\\n" from the start: the token is sent without',
    exitCode: 0,
    objects: 1,
    at: "start",
    async trouble(rig) {
      const token = await goodToken(rig);
      await replaceToken(rig, ` ${token}\r\n`);
      const tokens = noteTokens(rig);
      return () => must(tokens.every((each) => each === token), "the token is sent without blanks");
    },
  },
  unusableAtStart("missing", (file) => Deno.remove(file), "is not found"),
  unusableAtStart("empty", (file) => Deno.writeTextFile(file, ""), "is empty"),
  unusableAtStart("blank", (file) => Deno.writeTextFile(file, "\r\n"), "is empty"),
];
