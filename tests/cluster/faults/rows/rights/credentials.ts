/**
 * Tokens that are rotated, refused, or not there for a moment.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FaultRow } from "../../fault_row.ts";
import { assertLeftRunning, endOf } from "../../lab/interruptions.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";
import { mustReportTheObject } from "../../lab/steps.ts";
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
      assert(answer.ok, "the Secret was not deleted");
    },
  };
}

/** Lets every request pass and notes who it comes from. */
function noteTokens({ proxy }: Rig): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
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
    async scenario(rig) {
      await prepare(`${rig.folder}/token`);
      const ended = await endOf(rig.start());
      assertStringIncludes(ended.stderr, `token file ${rig.folder}/token ${says}`);
      assertEquals(rig.proxy.seen.length, 0);
      return { ended };
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
      const { token, revoke } = await boundToken(rig);
      await replaceToken(rig, token);
      const run = rig.start();
      await rig.watching();
      await revoke();
      await untilRefused(rig);
      await rig.finish();
      await sleep(REFUSED_MS);
      await replaceToken(rig, await goodToken(rig));
      const verdictAt = performance.now();
      const ended = await endOf(run);
      await mustReportTheObject(rig, ended);
      return { ended, verdictAt };
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
      assertEquals(await rig.object(), undefined);
      await replaceToken(rig, await goodToken(rig));
      await rig.watching();
      await rig.finish();
      const verdictAt = performance.now();
      const ended = await endOf(run);
      await mustReportTheObject(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 44,
    name: "the token is refused before the create for good: not allowed, nothing created",
    exitCode: 21,
    objects: 0,
    async scenario(rig) {
      await replaceToken(rig, FALSE_TOKEN);
      const started = performance.now();
      const ended = await endOf(rig.start(), 120_000);
      assert(refusals(rig) > 1, "it was not tried again");
      assert(ended.at - started > 50_000, "it gave up before a minute");
      assertEquals(ended.report?.reason, "NotAllowed", ended.stderr);
      assertEquals(await rig.object(), undefined);
      return { ended };
    },
  },
  {
    row: 44,
    name: "the token is refused in the wait for good: access lost, the work is left running",
    exitCode: 34,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      await replaceToken(rig, FALSE_TOKEN);
      await untilRefused(rig);
      const refusedAt = performance.now();
      const ended = await endOf(run, 120_000);
      assert(ended.at - refusedAt > 50_000, "it gave up before a minute");
      await assertLeftRunning(rig, ended, "AccessLost");
      return { ended };
    },
  },
  {
    row: 44,
    name: "the token is rotated in time: the new one is used, and none is refused",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const tokens = noteTokens(rig);
      const run = rig.start();
      await rig.watching();
      const rotated = await goodToken(rig);
      await replaceToken(rig, rotated);
      await nextRequest(rig);
      assertEquals(tokens.at(-1), rotated, "the old token was used");
      await rig.finish();
      const verdictAt = performance.now();
      const ended = await endOf(run);
      assertEquals(refusals(rig), 0);
      await mustReportTheObject(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 45,
    name: "the token file is empty, missing, blank, and there again: the last good token is used in between",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const tokens = noteTokens(rig);
      const file = `${rig.folder}/token`;
      const first = await Deno.readTextFile(file);
      const run = rig.start();
      await rig.watching();
      const steps = [
        () => Deno.writeTextFile(file, ""),
        () => Deno.remove(file),
        () => Deno.writeTextFile(file, "\r\n"),
      ];
      for (const step of steps) {
        await step();
        await nextRequest(rig);
        assertEquals(tokens.at(-1), first);
      }
      const last = await goodToken(rig);
      await Deno.writeTextFile(file, `${last}\r\n`);
      await nextRequest(rig);
      // A request that was on its way when the file was written has the token of before.
      await until("the new token is sent", () => tokens.at(-1) === last);
      await rig.finish();
      const verdictAt = performance.now();
      const ended = await endOf(run);
      assertEquals(refusals(rig), 0);
      await mustReportTheObject(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 45,
    name: "the token is refused while its file is empty: the next one is taken when it comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const { token, revoke } = await boundToken(rig);
      await replaceToken(rig, token);
      const run = rig.start();
      await rig.watching();
      await replaceToken(rig, "");
      await revoke();
      await untilRefused(rig);
      await sleep(5_000);
      await rig.finish();
      await Deno.writeTextFile(`${rig.folder}/token`, await goodToken(rig));
      const verdictAt = performance.now();
      const ended = await endOf(run);
      await mustReportTheObject(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 45,
    name: 'the token file ends with "\\r\\n" from the start: the token is sent without',
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const token = await goodToken(rig);
      await replaceToken(rig, ` ${token}\r\n`);
      const tokens = noteTokens(rig);
      const run = rig.start();
      await rig.watching();
      assertEquals(new Set(tokens), new Set([token]));
      await rig.finish();
      const verdictAt = performance.now();
      return { ended: await endOf(run), verdictAt };
    },
  },
  unusableAtStart("missing", (file) => Deno.remove(file), "is not found"),
  unusableAtStart("empty", (file) => Deno.writeTextFile(file, ""), "is empty"),
  unusableAtStart("blank", (file) => Deno.writeTextFile(file, "\r\n"), "is empty"),
];
