/**
 * Parses and checks helm's arguments from a manifest and the program's settings. This module does no I/O.
 *
 * @module
 */
import { type ExecutionContext, InvalidInputError, type JsonObject, nearest } from "../../src/mod.ts";
import { isJsonObject, isNoText, type JsonValue, nameProblem, saysNothing } from "../../src/kube/mod.ts";
import { COMMANDS } from "./settings.ts";

/** One of {@linkcode COMMANDS}. */
export type Command = typeof COMMANDS[number];

/** The checked arguments of a manifest, without the arguments that the command does not use. */
export interface HelmArguments {
  command: Command;
  /** The release's name. */
  name: string;
  chart?: { name: string; repo?: string; version?: string };
  values?: JsonObject;
  /** A path below the folder of `RUNNER_HELM_FILES`. */
  valuesFromFile?: string;
  wait: boolean;
  waitForJobs?: boolean;
  atomic?: boolean;
  noHooks?: boolean;
  createNamespace?: boolean;
  replace?: boolean;
  reuseValues?: boolean;
  resetValues?: boolean;
  /** Maximum number of revisions that helm keeps. */
  maxHistory?: number;
  /** The revision to roll back to; by default helm chooses the previous revision. */
  revision?: number;
  /** The Secret with `username` and `password` for the repository. */
  auth?: { secretName: string };
  /** The Secret with the repository's `ca.crt`. */
  caSecretName?: string;
  /** The Helm image. */
  image?: string;
}

/** Maximum length of a release's name: https://github.com/helm/helm/blob/v3.18.4/pkg/chartutil/validate_name.go */
const MAX_RELEASE_LENGTH = 53;
/** Helm's own default: https://github.com/helm/helm/blob/v3.18.4/pkg/cli/environment.go */
const DEFAULT_MAX_HISTORY = 10;
/** A chart's name in a repository, or its reference in a registry; never a text that helm would read as a flag. */
const CHART_NAME = /^(oci:\/\/)?[A-Za-z0-9][\w.:-]*(\/[\w.-]+)*$/;

/** Returns what is wrong with a value; `undefined` if it is valid. */
type Check = (value: JsonValue) => string | undefined;
/** The place of an argument, and the check of its value. */
interface Rule {
  of: readonly Command[];
  is: Check | Record<string, Check>;
}

const CHARTED: Command[] = ["install", "upgrade"];
const RULES: Record<string, Rule> = {
  command: { of: COMMANDS, is: text },
  name: { of: COMMANDS, is: text },
  image: { of: COMMANDS, is: text },
  chart: { of: CHARTED, is: { name: text, repo: text, version: text } },
  values: { of: CHARTED, is: (value) => isJsonObject(value) ? undefined : "is no object" },
  valuesFromFile: { of: CHARTED, is: text },
  auth: { of: CHARTED, is: { secretName } },
  caSecretName: { of: CHARTED, is: secretName },
  wait: { of: COMMANDS, is: flag },
  waitForJobs: { of: ["install", "upgrade", "rollback"], is: flag },
  noHooks: { of: COMMANDS, is: flag },
  atomic: { of: CHARTED, is: flag },
  createNamespace: { of: CHARTED, is: flag },
  replace: { of: ["install"], is: flag },
  reuseValues: { of: ["upgrade"], is: flag },
  resetValues: { of: ["upgrade"], is: flag },
  maxHistory: { of: ["upgrade", "rollback"], is: count(0) },
  revision: { of: ["rollback"], is: count(1) },
};

/**
 * Parses the arguments of a run.
 *
 * @returns the arguments, and the names of the arguments that the command does not use
 * @throws {InvalidInputError} If arguments are wrong: one line for each
 */
export function parseArguments(
  manifest: JsonObject,
  context: ExecutionContext,
): { args: HelmArguments; unused: string[] } {
  const given = givenIn(manifest);
  const shape = Object.entries(given).flatMap(([key, value]) => shapeProblems(key, value!));
  if (shape.length > 0) throw new InvalidInputError(shape);
  const asked = context.settings.RUNNER_COMMAND;
  const command = (given.command ?? asked ?? "install") as Command;
  const isUsed = (key: string) => RULES[key]?.of.includes(command);
  const used = Object.fromEntries(Object.entries(given).filter(([key]) => isUsed(key)));
  const args = {
    ...used,
    command,
    name: given.name ?? context.name,
    wait: given.wait ?? true,
    ...(isUsed("maxHistory") ? { maxHistory: given.maxHistory ?? DEFAULT_MAX_HISTORY } : {}),
  } as HelmArguments;
  const problems = [...commandProblems(command, asked), ...(isUsed("chart") ? chartProblems(args) : [])];
  const problem = nameProblem(args.name, MAX_RELEASE_LENGTH);
  if (problem) problems.push(`the release's name: ${problem}`);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { args, unused: Object.keys(given).filter((key) => !isUsed(key)) };
}

/** The given arguments. A null or empty text counts as absent, except in helm's values. */
function givenIn(manifest: JsonObject): JsonObject {
  const entries = Object.entries(manifest).filter(([key, value]) =>
    !isNoText(value) && !(key === "output" && saysNothing(value))
  ).map(([key, value]) => {
    if (key === "values" || !isJsonObject(value)) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).filter(([, inner]) => !isNoText(inner)))];
  });
  return Object.fromEntries(entries);
}

function shapeProblems(key: string, value: JsonValue): string[] {
  if (key === "output") return ["output is not supported: the report names what became of the release"];
  if (!Object.hasOwn(RULES, key)) return [unknown(key, Object.keys(RULES))];
  const { is } = RULES[key]!;
  if (typeof is === "function") return sentence(key, is(value));
  if (!isJsonObject(value)) return [`${key} is no object`];
  return Object.entries(value).flatMap(([inner, each]) => {
    const path = `${key}.${inner}`;
    if (!Object.hasOwn(is, inner)) return [unknown(path, Object.keys(is).map((name) => `${key}.${name}`))];
    return sentence(path, is[inner]!(each ?? null));
  });
}

function unknown(key: string, known: string[]): string {
  return `${JSON.stringify(key)} is not known, did you mean ${JSON.stringify(nearest(key, known))}?`;
}

function sentence(path: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${path} ${problem}`];
}

function commandProblems(command: Command, asked: string | undefined): string[] {
  if (!COMMANDS.includes(command)) {
    return [`command is ${JSON.stringify(command)}, expected one of ${COMMANDS.join(", ")}`];
  }
  if (asked === undefined || asked === command) return [];
  return [`command is ${JSON.stringify(command)}, and RUNNER_COMMAND is ${JSON.stringify(asked)}`];
}

function chartProblems({ chart, values, valuesFromFile, auth }: HelmArguments): string[] {
  const problems: string[] = [];
  if (values && valuesFromFile) problems.push("values and valuesFromFile are both there, expected one");
  if (auth && !auth.secretName) problems.push("auth.secretName is missing");
  if (!chart?.name) return [...problems, "chart.name is missing"];
  const { name, repo } = chart;
  if (!CHART_NAME.test(name) || /[:@][^/]*$/.test(name.replace("oci:", ""))) {
    problems.push(
      `chart.name is ${
        JSON.stringify(name)
      }, expected a chart's name, or an oci:// reference without a version`,
    );
  }
  const isReference = name.startsWith("oci://");
  if (isReference && repo) problems.push("chart.repo has no place beside an oci:// reference");
  if (!isReference && !repo) problems.push("chart.repo is missing, which a chart without oci:// needs");
  if (repo) problems.push(...sentence("chart.repo", repoProblem(repo)));
  return problems;
}

function repoProblem(repo: string): string | undefined {
  const url = URL.parse(repo);
  if (!url || !/^https?:$/.test(url.protocol)) return "is not an http:// or https:// address";
  // The Job would show them to everyone who may read Jobs.
  if (url.username || url.password) return "holds credentials, expected them in a Secret that auth names";
}

function text(value: JsonValue): string | undefined {
  if (typeof value !== "string") return "is no text; quote it";
  // deno-lint-ignore no-control-regex
  if (value === "" || value !== value.trim() || /[\x00-\x1f\x7f]/.test(value)) {
    return "is empty, or has blanks around it or control characters in it";
  }
}

function secretName(value: JsonValue): string | undefined {
  const problem = text(value) ?? nameProblem(String(value));
  return problem && `is not the name of a Secret: ${problem}`;
}

function flag(value: JsonValue): string | undefined {
  return typeof value === "boolean" ? undefined : "is not true or false";
}

function count(least: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= least
      ? undefined
      : `is not a whole number of ${least} or more`;
}
