/**
 * Prepares a run from its manifest, its settings and the file that the manifest names.
 *
 * @module
 */
import {
  type ExecutionContext,
  type FindInput,
  InvalidInputError,
  type JsonObject,
  Mask,
  parseManifest,
  readFile,
  secretsIn,
  type StepInput,
} from "../../src/mod.ts";
import { nameProblem, sha256 } from "../../src/kube/mod.ts";
import { specHash, type WantedObject } from "../../src/work/mod.ts";
import { parseJob } from "../job/mod.ts";
import { type HelmArguments, parseArguments } from "./arguments.ts";
import { helmJob } from "./helm_job.ts";
import type { ReleaseRef } from "./release.ts";

/** Everything that a run of helm works with. */
export interface HelmWork {
  args: HelmArguments;
  /** The values that the user gave; `{}` by default. */
  values: JsonObject;
  hasValues: boolean;
  release: ReleaseRef;
  /** The runner's status. */
  status: JsonObject;
  /** The name of the Job and of the Secret with the values. */
  name: string;
  /** The value whose hash proves the ownership, and that hash. */
  hashed: JsonObject;
  hash: string;
  /** Hides secrets in everything that the run writes. */
  mask: Mask;
}

/** A Job's name is the context's name, a dash and 8 digits, at most 63 characters. */
const MAX_NAME_LENGTH = 63 - 9;
/** Maximum size of a file with values, bytes, as of a Secret: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size */
const MAX_VALUES_BYTES = 1024 * 1024;

/**
 * Prepares a run.
 *
 * @throws {InvalidInputError} If the manifest or the file that it names is wrong
 */
export async function prepareWork(
  { manifest, context, log, mask = new Mask() }: FindInput,
): Promise<HelmWork> {
  const problem = nameProblem(context.name, MAX_NAME_LENGTH);
  if (problem) throw new InvalidInputError(`the name, which the Job's begins with: ${problem}`);
  const { args, unused } = parseArguments(manifest, context);
  if (unused.length > 0) log.warn(`${args.command} has no use for ${unused.join(", ")}: left out`);
  const { valuesFromFile, ...rest } = args;
  const values = valuesFromFile === undefined ? args.values ?? {} : await readValues(valuesFromFile, context);
  mask.hide(secretsIn(values));
  const { namespace, serviceAccountName } = context.platform;
  const hashed = { ...rest, values, serviceAccountName };
  const hash = await specHash(hashed);
  const { dryRun, runId = "" } = context;
  const release = { name: args.name, namespace };
  const digits = (await sha256(`${hash} ${runId} ${dryRun}`)).slice(0, 8);
  return {
    args,
    values,
    hasValues: Object.keys(values).length > 0,
    release,
    status: { helmReleaseRef: release },
    name: `${context.name}-${digits}`,
    hashed,
    hash,
    mask,
  };
}

/** The input of a step of the job runner, for which the Job's name is the run's name. */
export function jobStep<T extends StepInput>({ name }: HelmWork, input: T): T {
  return { ...input, context: { ...input.context, name } };
}

/**
 * The Job that runs helm.
 *
 * @param rollbackTo the revision to roll back to first, if any
 */
export function wantedJob(work: HelmWork, context: ExecutionContext, rollbackTo?: number): WantedObject {
  const { args, hashed, name } = work;
  const job = helmJob(args, { ...work, context, rollbackTo });
  return { object: parseJob(job, { ...context, name }).object, hashed };
}

async function readValues(path: string, { settings }: ExecutionContext): Promise<JsonObject> {
  const folder = settings.RUNNER_HELM_FILES?.replace(/\/+$/, "");
  if (folder === undefined) {
    throw new InvalidInputError("valuesFromFile needs RUNNER_HELM_FILES, the folder that it is read from");
  }
  const inner = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  if (inner.startsWith("/") || inner.split("/").includes("..")) {
    throw new InvalidInputError(`valuesFromFile is ${JSON.stringify(path)}, expected a path in ${folder}`);
  }
  const bytes = await readFile(`${folder}/${inner}`, MAX_VALUES_BYTES);
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`valuesFromFile ${JSON.stringify(path)} ${error.message}`);
  }
}
