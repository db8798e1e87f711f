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
    help: `${COMMANDS.join(", ")} (install)`,
    parse: oneOf(...COMMANDS),
  },
  {
    variable: "RUNNER_HELM_IMAGE",
    flag: "helm-image",
    placeholder: "IMAGE",
    help: "image with helm, where the manifest names none",
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
    help: "a release left pending: refuse, rollback (refuse)",
    parse: oneOf("refuse", "rollback"),
  },
];
