import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { HelmArguments } from "../../../runners/helm/arguments.ts";
import { isDone, rollbackTarget } from "../../../runners/helm/plan.ts";
import { parseRelease, type Revision } from "../../../runners/helm/release.ts";
import { type JsonObject, RunError } from "../../../src/mod.ts";
import { type AnyRelease, releaseSecret } from "../../lab/simulated_helm.ts";

const CHART = { name: "app", version: "0.1.0" };

function anArgs(fields: Partial<HelmArguments>): HelmArguments {
  return { command: "install", name: "demo", wait: true, ...fields };
}

interface Case {
  what: string;
  args: Partial<HelmArguments>;
  values?: JsonObject;
  release?: AnyRelease;
  done: boolean;
}

const cases: Case[] = [
  { what: "an install of the same", args: { chart: CHART }, done: true },
  { what: "an install of any version", args: { chart: { name: "app" } }, done: true },
  {
    what: "an install by reference",
    args: { chart: { name: "oci://r.example.org/charts/app" } },
    done: true,
  },
  { what: "an install of another version", args: { chart: { ...CHART, version: "0.2.0" } }, done: false },
  { what: "an install of another chart", args: { chart: { ...CHART, name: "other" } }, done: false },
  { what: "an install with other values", args: { chart: CHART }, values: { a: 1 }, done: false },
  {
    what: "an install with the values in another order",
    args: { chart: CHART },
    values: { a: 1, b: 2 },
    release: { values: { b: 2, a: 1 } },
    done: true,
  },
  {
    what: "an install over a failed one",
    args: { chart: CHART },
    release: { status: "failed" },
    done: false,
  },
  { what: "an upgrade to the same", args: { command: "upgrade", chart: CHART }, done: true },
  {
    what: "an upgrade to whatever is new",
    args: { command: "upgrade", chart: { name: "app" } },
    done: false,
  },
  {
    what: "an upgrade without values, which keeps them",
    args: { command: "upgrade", chart: CHART },
    release: { values: { a: 1 } },
    done: true,
  },
  {
    what: "an upgrade that resets the values",
    args: { command: "upgrade", chart: CHART, resetValues: true },
    release: { values: { a: 1 } },
    done: false,
  },
  {
    what: "an upgrade that reuses values and changes none",
    args: { command: "upgrade", chart: CHART, reuseValues: true },
    values: { a: { b: 1 } },
    release: { values: { a: { b: 1, c: 2 }, d: 3 } },
    done: true,
  },
  {
    what: "an upgrade that reuses values and changes one",
    args: { command: "upgrade", chart: CHART, reuseValues: true },
    values: { a: { b: 2 } },
    release: { values: { a: { b: 1, c: 2 } } },
    done: false,
  },
  { what: "an uninstall", args: { command: "uninstall" }, done: false },
  {
    what: "an uninstall with the history kept",
    args: { command: "uninstall" },
    release: { status: "uninstalled" },
    done: true,
  },
  { what: "a rollback", args: { command: "rollback", revision: 1 }, done: false },
  {
    what: "a rollback that was done",
    args: { command: "rollback", revision: 1 },
    release: { description: "Rollback to 1" },
    done: true,
  },
  {
    what: "a rollback to the one before",
    args: { command: "rollback" },
    release: { description: "Rollback to 1" },
    done: false,
  },
];

for (const { what, args, values = {}, release = {}, done } of cases) {
  Deno.test(`${what} ${done ? "is done already" : "is to be done"}`, async () => {
    const newest = await parseRelease(releaseSecret(release));
    const { revision, status, since } = newest;
    const read = () => Promise.resolve(newest);
    assertEquals(await isDone({ args: anArgs(args), values }, { revision, status, since }, read), done);
  });
}

Deno.test("isDone() without a release is true only for uninstall", async () => {
  for (const command of ["install", "upgrade", "uninstall", "rollback"] as const) {
    const args = anArgs({ command, chart: CHART, revision: 1 });
    assertEquals(await isDone({ args, values: {} }, undefined, mustNotRead), command === "uninstall");
  }
});

Deno.test("isDone() reads only the revisions that can decide", async () => {
  const newest = { revision: 1, status: "deployed", since: "" };
  for (const fields of [{ command: "upgrade", chart: { name: "app" } }, { command: "rollback" }] as const) {
    assertEquals(await isDone({ args: anArgs(fields), values: {} }, newest, mustNotRead), false);
  }
  const failed = { ...newest, status: "failed" };
  assertEquals(await isDone({ args: anArgs({ chart: CHART }), values: {} }, failed, mustNotRead), false);
});

function mustNotRead(): Promise<never> {
  return Promise.reject(new Error("it was read"));
}

function history(...statuses: string[]): Revision[] {
  return statuses.map((status, index) => ({
    revision: statuses.length - index,
    status,
    since: "2026-01-01T00:00:00Z",
  }));
}

const PENDING = history("pending-upgrade", "deployed", "superseded");

Deno.test("rollbackTarget() is undefined if no revision is pending, or if the command repairs it", () => {
  assertEquals(
    rollbackTarget(anArgs({ command: "upgrade" }), history("failed", "deployed"), false),
    undefined,
  );
  for (const command of ["uninstall", "rollback"] as const) {
    assertEquals(rollbackTarget(anArgs({ command }), PENDING, false), undefined);
  }
});

Deno.test("rollbackTarget() is the deployed revision before a pending revision, else the last superseded revision", () => {
  const args = anArgs({ command: "upgrade" });
  assertEquals(rollbackTarget(args, PENDING, true), 2);
  assertEquals(
    rollbackTarget(args, history("pending-rollback", "failed", "superseded", "superseded"), true),
    2,
  );
});

const refusals: [string, Partial<HelmArguments>, Revision[], boolean, string][] = [
  [
    "an upgrade where no rollback is allowed",
    { command: "upgrade" },
    PENDING,
    false,
    "RUNNER_HELM_PENDING=rollback",
  ],
  [
    "an upgrade without a good revision",
    { command: "upgrade" },
    history("pending-upgrade", "failed"),
    true,
    "uninstall it first",
  ],
  [
    "an install, which no rollback helps",
    {},
    history("pending-install"),
    true,
    "revision 1 pending-install since 2026-01-01T00:00:00Z",
  ],
];

for (const [what, args, revisions, mayRollBack, says] of refusals) {
  Deno.test(`rollbackTarget() refuses ${what}`, () => {
    const error = assertThrows(() => rollbackTarget(anArgs(args), revisions, mayRollBack), RunError);
    assertEquals(error.reason, "NameTaken");
    assertStringIncludes(error.message, says);
  });
}
