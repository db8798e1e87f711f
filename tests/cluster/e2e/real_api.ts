/**
 * The API server of the cluster that KUBECONFIG names, as the tests that it shares with the embedded API reach it.
 *
 * @module
 */
import type { Connect } from "../../lab/api_behaviour.ts";
import { adminClient } from "../lab/objects.ts";

/** Requests to the cluster as KUBECONFIG's user; undefined without KUBECONFIG. */
export function connectToCluster(): Connect | undefined {
  return Deno.env.get("KUBECONFIG") ? adminClient().fetch : undefined;
}
