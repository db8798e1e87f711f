/**
 * The settings of a program with the helm runner. No dependency is imported here: the main thread reads them, too.
 *
 * @module
 */
import { oneOf, parseText, type Setting } from "../../src/program/sandbox.ts";

/** What helm is to do. */
export const COMMANDS = ["install", "upgrade", "uninstall", "rollback"] as const;

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
    isPath: true,
    parse: parseText,
  },
  {
    variable: "RUNNER_HELM_PENDING",
    flag: "helm-pending",
    placeholder: "WORD",
    help: "a release left pending: refuse, rollback",
    default: "refuse",
    parse: oneOf("refuse", "rollback"),
  },
];
