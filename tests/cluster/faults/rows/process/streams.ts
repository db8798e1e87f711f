/**
 * Runs that cannot write to standard streams or disks. The verdict does not depend on a reader.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { FaultRow } from "../../fault_row.ts";
import { textForPeople } from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf } from "../../lab/waiting.ts";

type Phase = "Succeeded" | "Failed";

/** Runs to the end through a shell's redirections; the status object is all that can tell. */
async function finishThrough(rig: Rig, command: string, phase: Phase) {
  const run = rig.start({}, { through: ["/bin/bash", "-c", command] });
  await rig.watching();
  await rig.finish(phase);
  const verdictAt = performance.now();
  const ended = await endOf(run);
  const status = await rig.status();
  assertEquals(status?.finishedSuccessfully, phase === "Succeeded", ended.stderr);
  assertEquals(status?.exitCode, ended.code);
  return { ended, verdictAt };
}

function withStreams(what: string, command: string, isSilent: boolean): FaultRow[] {
  return (["Succeeded", "Failed"] as const).map((phase) => ({
    row: 60,
    name: `${what}: the verdict stays (${phase})`,
    exitCode: phase === "Succeeded" ? 0 : 10,
    objects: 1,
    async scenario(rig) {
      const outcome = await finishThrough(rig, command, phase);
      const { report, stderr } = outcome.ended;
      if (isSilent) assertEquals([report, stderr], [undefined, ""], "the streams were not lost");
      return outcome;
    },
  }));
}

/** Makes every mount read-only in a mount namespace of its own, and proves it. */
const READ_ONLY = [
  "/usr/bin/unshare",
  "--mount",
  "/bin/sh",
  "-c",
  `
mount --make-rprivate /
while read -r _ _ _ _ mount _; do mount -o remount,bind,ro "$mount" 2>/dev/null; done </proc/self/mountinfo
for folder in / /tmp /dev/shm "$HOME" .; do (: >"$folder/probe") 2>/dev/null && echo "$folder can be written" >&2 && exit 99; done
exec "$0"`,
];

/** Most bytes of the text for people; each of these characters has three. */
const MAX_TEXT_BYTES = 2_000;
/** Far too long for a termination message. */
const LONG_MESSAGE = "€".repeat(5_000);

export const rows: FaultRow[] = [
  ...withStreams("standard output and error are closed", 'exec "$0" >&- 2>&-', true),
  ...withStreams("standard input, output and error are closed", 'exec "$0" <&- >&- 2>&-', true),
  ...withStreams("standard output and error are on a full disk", 'exec "$0" >/dev/full 2>/dev/full', true),
  ...withStreams(
    "nobody reads after the first line",
    '"$0" 2>&1 | head -1 >/dev/null; exit ${PIPESTATUS[0]}',
    true,
  ),
  ...withStreams("standard error alone is closed", 'exec "$0" 2>&-', false),
  {
    row: 61,
    name: "nothing can be written anywhere: the verdict comes, and its text is the end of the log",
    exitCode: 10,
    objects: 1,
    needs: ["root"],
    async scenario(rig) {
      const env = { HOME: rig.folder, RUNNER_LOGGER_DEV_MODE: "false" };
      const run = rig.start(env, { through: READ_ONLY });
      await rig.watching();
      await rig.finish("Failed", LONG_MESSAGE);
      const verdictAt = performance.now();
      const ended = await endOf(run);
      const text = textForPeople(ended, rig.work.program);
      const bytes = new TextEncoder().encode(text).length;
      assert(bytes <= MAX_TEXT_BYTES, `the text has ${bytes} bytes`);
      assert(/^\S+-runner: .*€…\n/.test(text), `the message was not cut:\n${text}`);
      assert(/\nexit code: 10 \(WorkFailed\)\nleft in the cluster: .*\nshow it: .*\n$/.test(text), text);
      assert(!text.includes("\uFFFD"), "a character was cut");
      return { ended, verdictAt };
    },
  },
];
