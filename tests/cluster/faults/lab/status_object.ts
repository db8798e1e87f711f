/**
 * The status object of a test, and checks on what is told beside it.
 *
 * @module
 */
import type { Ended } from "../../../lab/compiled_program.ts";
import { NAME } from "../works/work.ts";
import { must, mustSay } from "./checks.ts";
import { uidInReport, uidOf } from "./metadata.ts";
import type { Rig } from "./rig.ts";

/** The path of a test's ConfigMaps. */
export function configMapsPath({ namespace }: Rig): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

/** The path of the status object. */
export function configMapPath(rig: Rig): string {
  return `${configMapsPath(rig)}/${NAME}`;
}

/** Fails the row unless the report on standard output has the verdict, although the status object has not. */
export async function mustReportOnStdoutOnly(rig: Rig, ended: Ended, phase: string): Promise<void> {
  const { report, stderr } = ended;
  must(report?.phase === phase, `the report says ${phase}\n${stderr}`);
  must(report.finishedSuccessfully === (phase === "Succeeded"), `the report tells the verdict\n${stderr}`);
  must(uidInReport(report) === uidOf(await rig.object()), `the report has the uid\n${stderr}`);
  must((await rig.status())?.phase !== phase, "the status could not be written");
  mustSay(ended, "while setting status");
}
