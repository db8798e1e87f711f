/**
 * Describes helm's newest Job, for people.
 *
 * @module
 */
import {
  type ActionRunner,
  type Description,
  Mask,
  RunError,
  secretsIn,
  type StepInput,
} from "../../src/mod.ts";
import { isFault, type KubeClient, newestFirst } from "../../src/kube/mod.ts";
import { readWithRetry } from "../../src/work/mod.ts";
import { helmError } from "./diagnose.ts";
import { RELEASE_LABEL, valuesIn } from "./helm_job.ts";

/**
 * Describes the newest Job of the context's name, and why helm failed or what it waits for. If the Job's values cannot be
 * read, their secrets cannot be hidden, so the description has no log of helm.
 *
 * @param jobs the runner of the Job
 * @throws {RunError} `TargetMissing` if there is no such Job, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeHelm(
  kube: KubeClient,
  jobs: Pick<Required<ActionRunner>, "describe">,
  input: StepInput,
): Promise<Description> {
  const { context, signal } = input;
  const { namespace } = context.platform;
  const list = { namespace, labelSelector: RELEASE_LABEL, metadataOnly: true, signal };
  const { items } = await readWithRetry(
    kube,
    () => kube.list({ apiVersion: "batch/v1", kind: "Job" }, list),
    input,
  );
  const [newest] = items.filter(({ metadata: { name = "" } }) => isOfRun(name, context.name))
    .sort(newestFirst);
  if (!newest) throw new RunError("TargetMissing", `There is no Job of helm for "${context.name}"`);
  const { name = "" } = newest.metadata;
  const mask = new Mask();
  const isHidden = await hideValues(kube, { name, namespace }, { mask, signal });
  const described = await jobs.describe({
    ...input,
    context: { ...context, name, ...(isHidden ? {} : { logTailLines: 0 }) },
  });
  const { failure, message } = described;
  const error = helmError(failure?.logTail);
  const told = error === undefined ? failure : { ...failure, message: error };
  return {
    ...described,
    message: message && mask.apply(message),
    failure: told && mask.applyToFailure(told),
  };
}

function isOfRun(job: string, name: string): boolean {
  return job.startsWith(`${name}-`) && /^[0-9a-f]{8}$/.test(job.slice(name.length + 1));
}

/** Hides the secrets among a Job's values. Returns whether it could: `true` also if there are no values. */
async function hideValues(
  kube: KubeClient,
  ref: { name: string; namespace: string },
  { mask, signal }: { mask: Mask; signal: AbortSignal },
): Promise<boolean> {
  try {
    mask.hide(secretsIn(valuesIn(await kube.get({ apiVersion: "v1", kind: "Secret", ...ref }, { signal }))));
    return true;
  } catch (error) {
    return isFault(error, "notFound");
  }
}
