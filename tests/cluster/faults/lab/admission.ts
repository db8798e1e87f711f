/**
 * Real admission of work, limited to the namespace of one test.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { certificate } from "../../../lab/certificate.ts";
import { groupOf } from "../works/work.ts";
import type { Rig } from "./rig.ts";
import { sleep } from "./waiting.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
/** How long the API server takes at most to see a new configuration, milliseconds. */
const SEEN_MS = 2_000;

function creates({ work }: Rig): JsonObject {
  return {
    apiGroups: [groupOf(work)],
    apiVersions: ["*"],
    resources: [work.plural],
    operations: ["CREATE"],
    scope: "Namespaced",
  };
}

function ownNamespace(rig: Rig): JsonObject {
  return { matchLabels: { "kubernetes.io/metadata.name": rig.namespace } };
}

/** Creates cluster-wide objects; resolves to what removes them when they are in force. The rig's end removes them too. */
async function putInForce(
  rig: Rig,
  objects: { plural: string; object: JsonObject }[],
): Promise<() => Promise<void>> {
  const name = rig.namespace;
  const remove = async () => {
    for (const { plural } of objects) {
      await (await rig.cluster.request("DELETE", `${ADMISSION}/${plural}/${name}`)).body?.cancel();
    }
  };
  rig.defer(remove);
  for (const { plural, object } of objects) {
    await rig.cluster.create(`${ADMISSION}/${plural}`, { ...object, metadata: { name } });
  }
  await sleep(SEEN_MS);
  return remove;
}

/** The name of the webhook of a test. */
export const WEBHOOK = "faults.action-runner.test";

/** Has every create of the work asked of a webhook at `url`. Returns what removes it. */
export function addWebhook(rig: Rig, url: string): Promise<() => Promise<void>> {
  const webhook = {
    name: WEBHOOK,
    clientConfig: { url, caBundle: btoa(certificate("first").ca) },
    namespaceSelector: ownNamespace(rig),
    rules: [creates(rig)],
    failurePolicy: "Fail",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    timeoutSeconds: 2,
  };
  const plural = "validatingwebhookconfigurations";
  return putInForce(rig, [{ plural, object: { webhooks: [webhook] } }]);
}

/** Has every create of the work denied by a policy. */
export async function addPolicy(rig: Rig, message: string): Promise<void> {
  const matchConstraints = { namespaceSelector: ownNamespace(rig), resourceRules: [creates(rig)] };
  await putInForce(rig, [
    {
      plural: "validatingadmissionpolicies",
      object: { spec: { matchConstraints, validations: [{ expression: "false", message }] } },
    },
    {
      plural: "validatingadmissionpolicybindings",
      object: { spec: { policyName: rig.namespace, validationActions: ["Deny"] } },
    },
  ]);
}

/** What a webhook is asked. */
export interface Review {
  uid: string;
  dryRun: boolean;
}

/** Adds a webhook that denies what `isDenied` accepts, with a code of its own. Returns what it is asked. */
export async function addDenyingWebhook(
  rig: Rig,
  { code, message, isDenied }: { code: number; message: string; isDenied: (review: Review) => boolean },
): Promise<Review[]> {
  const asked: Review[] = [];
  const options = { hostname: "127.0.0.1", port: 0, ...certificate("first"), onListen() {} };
  const server = Deno.serve(options, async (request) => {
    const { request: review } = await request.json() as { request: Review };
    asked.push(review);
    const verdict = isDenied(review) ? { allowed: false, status: { code, message } } : { allowed: true };
    return Response.json({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: review.uid, ...verdict },
    });
  });
  rig.defer(() => server.shutdown());
  await addWebhook(rig, `https://127.0.0.1:${server.addr.port}/`);
  return asked;
}
