import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { programs } from "../cmd/build/bundle.ts";
import { EXIT_CODES, type ExitCode } from "../src/exit_codes.ts";

const ROOT = new URL("../", import.meta.url);

const table: Record<string, Omit<ExitCode, "meaning">> = {
  Succeeded: { code: 0, phase: "Succeeded", left: "finished", onPodFailure: "none" },
  InvalidInput: { code: 2, phase: "Refused", left: "not created", onPodFailure: "FailJob" },
  WorkFailed: { code: 10, phase: "Failed", left: "finished", onPodFailure: "FailJob" },
  ObjectGone: { code: 11, phase: "Unknown", left: "unknown", onPodFailure: "FailJob" },
  ObjectReplaced: { code: 12, phase: "Unknown", left: "unknown", onPodFailure: "FailJob" },
  RefusedByApi: { code: 20, phase: "Refused", left: "not created", onPodFailure: "FailJob" },
  NotAllowed: { code: 21, phase: "Refused", left: "not created", onPodFailure: "FailJob" },
  TargetMissing: { code: 22, phase: "Refused", left: "not created", onPodFailure: "FailJob" },
  NameTaken: { code: 23, phase: "Refused", left: "not created", onPodFailure: "FailJob" },
  QuotaExceeded: { code: 24, phase: "Refused", left: "not created", onPodFailure: "Count" },
  ApiUnreachable: { code: 33, phase: "Unknown", left: "unknown", onPodFailure: "Count" },
  AccessLost: { code: 34, phase: "Unknown", left: "left running", onPodFailure: "Count" },
  StatusNotWritten: { code: 35, phase: "Succeeded", left: "finished", onPodFailure: "Count" },
  InternalError: { code: 70, phase: "Unknown", left: "unknown", onPodFailure: "Count" },
  TimedOut: { code: 124, phase: "Unknown", left: "left running", onPodFailure: "FailJob" },
  Interrupted: { code: 130, phase: "Unknown", left: "left running", onPodFailure: "Count" },
  Terminated: { code: 143, phase: "Unknown", left: "left running", onPodFailure: "Count" },
};

const rows: [string, ExitCode][] = Object.entries(EXIT_CODES);

Deno.test("EXIT_CODES has exactly the known reasons", () => {
  assertEquals(Object.keys(EXIT_CODES), Object.keys(table));
});

for (const [reason, { meaning, ...row }] of rows) {
  Deno.test(`EXIT_CODES gives ${reason} the code ${table[reason]?.code}`, () => {
    assertEquals(row, table[reason]);
    assert(/^[a-z].*[^.]$/i.test(meaning), meaning);
  });
}

Deno.test("EXIT_CODES has no code twice", () => {
  const codes = rows.map(([, { code }]) => code);
  assertEquals(new Set(codes).size, codes.length);
});

Deno.test("EXIT_CODES has no code that Deno, shells, engines or deadly signals use", () => {
  const foreign = [1, 125, 126, 127, 128, 129, 133, 134, 137, 139, 255];
  assertEquals(rows.filter(([, { code }]) => foreign.includes(code)), []);
  assertEquals(rows.filter(([, { code }]) => code < 0 || code > 255), []);
});

Deno.test("README.md lists each exit code with its reason and nothing else", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const listed = [...readme.matchAll(/^\|\s*`?(\d+)`?\s*\|\s*`?(\w+)`?\s*\|/gm)].map(([, code, reason]) =>
    `${code} ${reason}`
  );
  assertEquals(listed, rows.map(([reason, { code }]) => `${code} ${reason}`));
});

const jobs = (await programs()).map((name) => `cmd/${name}/example/job.yaml`);

interface Rule {
  action: string;
  onExitCodes?: { containerName?: string; operator: string; values: number[] };
  onPodConditions?: { type: string }[];
}

interface PodJob {
  kind: string;
  spec: {
    podFailurePolicy: { rules: Rule[] };
    template: { spec: { restartPolicy: string; containers: { name: string }[] } };
  };
}

/** The Job of a file with one or more documents. */
async function jobOf(path: string): Promise<PodJob> {
  const documents = (await Deno.readTextFile(new URL(path, ROOT))).split(/^---$/m);
  const objects = documents.map((text) => parse(text, { schema: "core" }) as PodJob | null);
  const job = objects.find((object) => object?.kind === "Job");
  assert(job, `${path} has no Job`);
  return job;
}

Deno.test("every program has an example Job", () => {
  assertStringIncludes(jobs.join(" "), "cmd/argo-runner/example/job.yaml");
});

for (const path of jobs) {
  Deno.test(`${path} fails the Job on exactly the codes that a further pod cannot better, sorted`, async () => {
    const { spec } = await jobOf(path);
    const failing = spec.podFailurePolicy.rules.filter(({ action }) => action === "FailJob");
    assertEquals(failing.map(({ onExitCodes }) => [onExitCodes?.operator, onExitCodes?.values]), [
      ["In", rows.filter(([, row]) => row.onPodFailure === "FailJob").map(([, { code }]) => code)],
    ]);
    const { containers, restartPolicy } = spec.template.spec;
    assert(containers.some(({ name }) => name === failing[0]?.onExitCodes?.containerName));
    assertEquals(restartPolicy, "Never");
  });

  Deno.test(`${path} does not count evicted pods, before it looks at any exit code`, async () => {
    const [first] = (await jobOf(path)).spec.podFailurePolicy.rules;
    assertEquals([first?.action, first?.onPodConditions?.map(({ type }) => type)], ["Ignore", [
      "DisruptionTarget",
    ]]);
  });
}
