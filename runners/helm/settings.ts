/**
 * The settings of a program with the helm runner. This module imports no dependency, since the main thread reads the
 * settings too.
 *
 * @module
 */
import { oneOf, parseText, type Setting } from "../../src/program/sandbox.ts";

/** Helm's commands. */
export const COMMANDS = ["install", "upgrade", "uninstall", "rollback"] as const;

/** The settings besides those of every program. */
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
