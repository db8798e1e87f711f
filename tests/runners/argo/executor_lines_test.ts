import { assertEquals } from "@std/assert";
import { executorLines } from "../../../runners/argo/executor_lines.ts";

/** Lines that Argo's executor has written. */
const executor: [of: string, line: string][] = [
  ["Argo 3", 'time="2026-11-24T23:57:09.001Z" level=info msg="sub-process exited" argo=true error="<nil>"'],
  [
    "Argo 3, of a containerSet",
    'time="2026-11-24T23:57:10.694Z" level=info msg="waiting for dependency \\"one\\"" argo=true',
  ],
  [
    "Argo 3, as JSON",
    '{"argo":true,"error":null,"level":"info","msg":"sub-process exited","time":"2026-11-24T23:57:09.001Z"}',
  ],
  ["Argo 4", 'time=2026-11-24T23:57:09.001Z level=INFO msg="sub-process exited" argo=true'],
  [
    "Argo 4, its fields in another order",
    'time=2026-11-24T23:57:09.001Z level=INFO msg="sub-process exited" error=<nil> argo=true',
  ],
  [
    "Argo 4, as JSON",
    '{"time":"2026-11-24T23:57:09.001Z","level":"INFO","msg":"sub-process exited","error":null,"argo":true}',
  ],
];

for (const [of, line] of executor) {
  Deno.test(`executorLines() leaves out a line of ${of}`, () => assertEquals(executorLines()(line), true));
}

/** Lines of the work that only look similar. */
const work = [
  "",
  "mine argo=true",
  'time="2026-11-24T23:57:09.001Z" level=info msg="mine"',
  'time="2026-11-24T23:57:09.001Z" level=info msg="mine" argo=false',
  'time="2026-11-24T23:57:09.001Z" level=info msg="I saw argo=true there"',
  'time="2026-11-24T23:57:09.001Z" level=info msg="mine" note="with argo=true in it"',
  'time="2026-11-24T23:57:09.001Z" level=info msg="mine" argo=truely',
  'time="2026-11-24T23:57:09.001Z" level=info msg="mine" cargo=true',
  "time=2026-11-24T23:57:09.001Z level=INFO msg=mine argo=true and more words",
  '{"time":"2026-11-24T23:57:09.001Z","level":"INFO","msg":"mine","argo":"true"}',
  '{"time":"2026-11-24T23:57:09.001Z","level":"INFO","msg":"mine \\"argo\\":true"}',
  '{"argo":true}',
  '{"argo":true,',
  "Error: exit status 3",
];

for (const line of work) {
  Deno.test(`executorLines() keeps ${JSON.stringify(line)}`, () =>
    assertEquals(executorLines()(line), false));
}

Deno.test("executorLines() leaves out the executor's last words only once the work has exited", () => {
  const [[, exited = ""] = [], [, waiting = ""] = []] = executor;
  const isNoise = executorLines();
  const lines = [waiting, "Error: exit status 1", exited, "Error: exit status 3"];
  assertEquals(lines.map(isNoise), [true, false, true, true]);
});
