/**
 * Trying a create, with nothing stored.
 *
 * @module
 */
import { DryRunRefusedError } from "../errors.ts";
import { isFault } from "../kube/api_error.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { type CreateOptions, getNamed, retryOptions } from "./find_own.ts";
import { withMarks } from "./ownership.ts";
import { retry } from "./retry.ts";

/**
 * Asks the API server to validate the create of an object, with nothing stored.
 *
 * @throws {DryRunRefusedError} If a policy or webhook denied it: it may deny dry runs alone
 * @throws {RunError} As `BEFORE_CREATE` says
 */
export async function preflightCreate(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<void> {
  const wanted = await withMarks(object, options.owner, options.hashed);
  const create = async () => {
    try {
      await kube.create(wanted, { dryRun: true, signal: options.signal });
    } catch (error) {
      if (isFault(error, "denied", "noDryRun")) throw new DryRunRefusedError(error.message, { cause: error });
      // The object appeared since the name was seen free, perhaps by another start of this run: the preflight passes,
      // and the create finds out whose object it is. Under a full quota the API server reports only the quota.
      const isTaken = isFault(error, "exists") ||
        isFault(error, "quota") && await getNamed(kube, wanted, options) !== undefined;
      if (!isTaken) throw error;
    }
  };
  await retry(create, retryOptions(kube, options));
}
