/**
 * The command `rbac`.
 *
 * @module
 */
import { rbacOfRun } from "../../check/rbac_of_run.ts";
import { InvalidInputError } from "../../errors.ts";
import { EXIT_CODES } from "../../exit_codes.ts";
import { openLog, silentLog } from "../../io/log.ts";
import { readManifest } from "../../io/read_manifest.ts";
import { Mask } from "../../io/secrets.ts";
import { writeText } from "../../io/standard_streams.ts";
import { openReporter } from "../../status/open_reporter.ts";
import { clientOf, type CommandInput, configOf, tellWarnings } from "./command_input.ts";
import { rbacText } from "../rbac.ts";

/** Prints the RBAC that a run with these settings (and this manifest, if given) needs. It sends no request. */
export async function rbacCommand(input: CommandInput): Promise<number> {
  const config = await configOf(input, { for: "rbac" });
  const { context, devMode, manifestPath, reporter } = config;
  const mask = new Mask();
  tellWarnings(openLog({ devMode, mask }), input, config);
  const kube = clientOf(input);
  const runner = input.program.runner(kube, kube);
  if (!runner.rbac) throw new InvalidInputError(`the runner ${runner.name} does not tell what it needs`);
  const manifest = manifestPath ? await readManifest(manifestPath, mask) : undefined;
  const rules = rbacOfRun(runner, openReporter(reporter, kube, () => silentLog), context, manifest);
  writeText(Deno.stdout, rbacText(rules, context));
  return EXIT_CODES.Succeeded.code;
}
