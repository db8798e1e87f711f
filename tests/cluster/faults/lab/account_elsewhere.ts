/**
 * An account with rights in every namespace, for tests on namespaces that are missing or being deleted.
 *
 * @module
 */
import type { Rig } from "./rig.ts";
import { rulesOf } from "./rules.ts";
import { NAME } from "../works/work.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/**
 * Gives the runner an account that lives in another namespace, since accounts and Roles go with theirs, and removes
 * all of it at the end.
 */
export async function withAccountElsewhere<T>(
  rig: Rig,
  work: () => Promise<T>,
): Promise<T> {
  const { cluster, folder } = rig;
  const home = `${rig.namespace}-home`;
  const apiGroup = "rbac.authorization.k8s.io";
  const made = [
    `/api/v1/namespaces/${home}`,
    `${RBAC}/clusterroles/${home}`,
    `${RBAC}/clusterrolebindings/${home}`,
  ];
  try {
    await cluster.create("/api/v1/namespaces", { metadata: { name: home } });
    await cluster.create(`/api/v1/namespaces/${home}/serviceaccounts`, { metadata: { name: NAME } });
    await cluster.create(`${RBAC}/clusterroles`, { metadata: { name: home }, rules: rulesOf(rig.work) });
    await cluster.create(`${RBAC}/clusterrolebindings`, {
      metadata: { name: home },
      roleRef: { apiGroup, kind: "ClusterRole", name: home },
      subjects: [{ kind: "ServiceAccount", name: NAME, namespace: home }],
    });
    await Deno.writeTextFile(`${folder}/token`, await cluster.tokenOf(home, NAME));
    return await work();
  } finally {
    for (const path of made) await (await cluster.request("DELETE", path)).body?.cancel();
  }
}
