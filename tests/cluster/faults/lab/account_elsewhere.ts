/**
 * An account with rights in every namespace, for tests on namespaces that are missing or being deleted.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { NAME } from "../works/work.ts";
import { rulesOf } from "./rbac_rules.ts";
import type { Rig } from "./rig.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** Gives the runner an account that lives in another namespace, since accounts and Roles go with theirs. */
export async function moveAccount({ cluster, defer, folder, namespace, work }: Rig): Promise<void> {
  const home = `${namespace}-home`;
  const apiGroup = "rbac.authorization.k8s.io";
  const create = async (path: string, object: JsonObject) => {
    defer(async () => (await cluster.request("DELETE", `${path}/${home}`)).body?.cancel());
    await cluster.create(path, { metadata: { name: home }, ...object });
  };
  await create("/api/v1/namespaces", {});
  await cluster.create(`/api/v1/namespaces/${home}/serviceaccounts`, { metadata: { name: NAME } });
  await create(`${RBAC}/clusterroles`, { rules: rulesOf(work) });
  await create(`${RBAC}/clusterrolebindings`, {
    roleRef: { apiGroup, kind: "ClusterRole", name: home },
    subjects: [{ kind: "ServiceAccount", name: NAME, namespace: home }],
  });
  await Deno.writeTextFile(`${folder}/token`, await cluster.tokenOf(home, NAME));
}
