import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { measureRows, type RowRuns } from "./measure_rows.ts";
import type { RowHere, RowResult } from "./run_rows.ts";
import { tableFile, tablesOf } from "./tables.ts";
import { JOB } from "./works/job.ts";
import { WORKFLOW } from "./works/workflow.ts";

const RESULT: RowResult = {
  exitCode: 0,
  objects: 1,
  verdictMs: 1_500,
  requests: 8,
  requestsPerMinute: 8,
  seconds: 2,
  stderr: "",
};

function row(work: RowHere["work"], missing?: string): RowHere {
  const scenario = () => Promise.reject(new Error("the server `broke`\nat once"));
  return { row: 5, name: "a fault", exitCode: 0, objects: 1, work, isRepeat: false, missing, scenario };
}

const ALL: RowRuns[] = [
  {
    row: row(WORKFLOW),
    wanted: 4,
    runs: [
      { result: RESULT },
      { result: { ...RESULT, verdictMs: 2_500 }, failure: "not so: it took\n2 s" },
      { result: { ...RESULT, late: "the verdict took 7.0 s\nstderr" } },
    ],
  },
  { row: row(JOB, "root"), wanted: 0, runs: [] },
];

Deno.test("tablesOf() tells how many of the runs there were, how many were right, and what was not", () => {
  const tables = tablesOf(ALL, 1.2);
  assertStringIncludes(
    tables,
    "### argo-runner\n\n3 of 4 runs in 1 cases of 1 rows, 2 of them with the right\n",
  );
  assertStringIncludes(tables, "in one pass of 2 minutes");
  assertStringIncludes(tables, "| 5 | a fault | 3 | 2 | 1 | 1.5 (max 2.5) | 8 |");
  assertStringIncludes(tables, "Not right:\n\n- Row 5, a fault, run 2: `not so: it took`\n");
  assertStringIncludes(tables, "Right, but too late:\n\n- Row 5, a fault, run 3: `the verdict took 7.0 s`\n");
  assertStringIncludes(tables, "### job-runner\n\n0 of 0 runs");
  assertStringIncludes(tables, "| 5 | a fault | not run: needs root | | | | |");
});

Deno.test("tableFile() puts tables in the place of those that a file has, and leaves what stands before them", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/RELIABILITY.md`;
  try {
    await Deno.writeTextFile(
      path,
      "# Reliability\n\nprose\n\n### argo-runner\n\n| old |\n\n### job-runner\n",
    );
    const write = tableFile(path);
    for (const tables of ["### argo-runner\n\n| new |\n", "### argo-runner\n\n| newer |\n"]) {
      write(tables);
      assertEquals(await Deno.readTextFile(path), `# Reliability\n\nprose\n\n${tables}`);
    }
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["RELIABILITY.md"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name:
    "measureRows() counts a scenario that breaks off as not right and goes on; critical rows run four times as often",
  // A rig needs a cluster even for a scenario that breaks off at once.
  ignore: !Deno.env.get("KUBECONFIG"),
  async fn() {
    const lines: string[] = [];
    const written: number[] = [];
    const [runs] = await measureRows([row(WORKFLOW)], 1, {
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
      measured: (all) => written.push(all[0]!.runs.length),
    });
    assertEquals(
      runs!.runs.map(({ failure }) => failure?.split("\n")[0]),
      Array(4).fill("Error: the server `broke`"),
    );
    assertEquals(written, [1, 2, 3, 4]);
    assert(
      lines.at(-1)!.startsWith('4/4: row 5 [argo-runner] "a fault", run 4 of 4: NOT RIGHT'),
      lines.at(-1),
    );
  },
});

Deno.test("measureRows() begins no run after its signal", async () => {
  const signal = AbortSignal.abort();
  const [runs] = await measureRows([row(WORKFLOW)], 1, { signal, log() {}, measured() {} });
  assertEquals(runs!.runs, []);
});
