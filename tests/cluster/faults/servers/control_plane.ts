/**
 * A test's own etcd and API server, for faults that must affect no other test. There are no controllers: the test writes
 * in their place.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { adminCluster, type Cluster } from "../../lab/admin_client.ts";
import { until } from "../lab/waiting.ts";
import { groupOf } from "../works/work.ts";
import { WORKFLOW } from "../works/workflow.ts";
import { type ApiServer, withApiServer } from "./api_server.ts";
import { type Etcd, etcdProgram, withEtcd } from "./etcd.ts";

/** A control plane that a test may do anything to. */
export interface ControlPlane {
  readonly etcd: Etcd;
  readonly server: ApiServer;
  readonly cluster: Cluster;
  /** Makes Workflows known, as the cluster's own API server knows them. */
  createDefinition(): Promise<void>;
  /** Takes the definition away, and with it every Workflow; resolves when the API server has forgotten the kind. */
  deleteDefinition(): Promise<void>;
  /** Has the API server end, restores etcd's snapshot, and starts it again, as one is told to do. */
  restoreSnapshot(): Promise<void>;
}

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const DEFINITION = `${WORKFLOW.plural}.${groupOf(WORKFLOW)}`;
const OBJECTS = `/apis/${WORKFLOW.apiVersion}/${WORKFLOW.plural}`;

/** Runs a control plane that knows Workflows, for as long as `use` takes. */
export async function withControlPlane<T>(use: (plane: ControlPlane) => Promise<T>): Promise<T> {
  const shared = await adminCluster();
  try {
    const definition = await shared.find(`${DEFINITIONS}/${DEFINITION}`) as { spec: JsonObject };
    return await withEtcd(await etcdProgram() ?? "etcd", (etcd) =>
      withApiServer(shared, async (server) => {
        const cluster = await adminCluster(server.upstream.server);
        const plane = planeOf({ etcd, server, cluster }, definition.spec);
        try {
          await plane.createDefinition();
          return await use(plane);
        } finally {
          cluster.close();
        }
      }, { flags: [`--etcd-servers=${etcd.url}`] }));
  } finally {
    shared.close();
  }
}

type Parts = Pick<ControlPlane, "etcd" | "server" | "cluster">;

function planeOf(parts: Parts, definition: JsonObject): ControlPlane {
  const { etcd, server, cluster } = parts;
  const isKnown = async () => await cluster.find(OBJECTS) !== undefined;
  return {
    ...parts,
    async createDefinition() {
      const kind = "CustomResourceDefinition";
      await cluster.create(DEFINITIONS, { kind, metadata: { name: DEFINITION }, spec: definition });
      await until("the API server knows the kind", isKnown);
    },
    async deleteDefinition() {
      await (await cluster.request("DELETE", `${DEFINITIONS}/${DEFINITION}`)).body?.cancel();
      await until("the API server has forgotten the kind", async () => !await isKnown());
    },
    async restoreSnapshot() {
      server.kill("SIGKILL");
      await server.ended();
      await etcd.restoreSnapshot();
      await server.restart();
    },
  };
}
