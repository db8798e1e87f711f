/**
 * The settings of a program with the helm runner.
 *
 * @module
 */
import { oneOf, parseText, type Setting } from "../../src/mod.ts";
import { COMMANDS } from "./arguments.ts";

/** What comes beside the settings that every program has. */
export const HELM_SETTINGS: Setting<string>[] = [
  {
    variable: "RUNNER_COMMAND",
    flag: "command",
    placeholder: "COMMAND",
    help: `what helm does, where the manifest does not say: ${COMMANDS.join(", ")} (install)`,
    parse: oneOf(...COMMANDS),
  },
  {
    variable: "RUNNER_HELM_IMAGE",
    flag: "helm-image",
    placeholder: "IMAGE",
    help: "image with a helm program, where the manifest names none",
    parse: parseText,
  },
  {
    variable: "RUNNER_HELM_FILES",
    flag: "helm-files",
    placeholder: "FOLDER",
    help: "folder of the manifest's valuesFromFile",
    parse: parseText,
  },
  {
    variable: "RUNNER_HELM_PENDING",
    flag: "helm-pending",
    placeholder: "WORD",
    help: "an upgrade of a release that a dead helm left pending: refuse, rollback (refuse)",
    parse: oneOf("refuse", "rollback"),
  },
];
