/**
 * What API servers say when they have trouble of their own: an etcd without a leader, too many requests, connections
 * that are to be closed; and a network that loses every packet.
 *
 * @module
 */
import { assert } from "@std/assert";
import { endOfDirect, startDirect, WORKS_PAST_PROXY } from "./server.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustReportTheObject } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep } from "../../lab/waiting.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { failure } from "../../proxy/proxy_rules.ts";
import { droppedPackets, portsTo, withPortsDropped } from "../../servers/packets.ts";
import { NAME } from "../../works/work.ts";

/** What an API server answers while etcd has no leader. */
const noLeader = failure(500, "", "etcdserver: leader changed");

/** How long etcd is without a leader, milliseconds. */
const ELECTION_MS = 10_000;

/** Passes an answer on and closes the connection, as the answer says. */
async function passAndClose(exchange: Exchange): Promise<void> {
  const { connection } = exchange;
  const { status, headers, body } = await exchange.forward();
  const kept = ["content-type", "date"].map((name) => [name, headers.get(name) ?? ""]);
  await connection.writeHead(status, { ...Object.fromEntries(kept), connection: "close" });
  for await (const piece of body ?? []) await connection.writePiece(piece);
  await connection.writePiece(new Uint8Array(0));
  exchange.cut();
}

/** How many requests compete with the runner for the one place that its priority level has. */
const COMPETITORS = 12;
/** For how long they do at most, milliseconds. */
const COMPETITION_MS = 60_000;

/** Gives the runner's account a priority level without places; it is taken back at the end. */
async function withPriorityLevel<T>({ cluster, namespace }: Rig, use: () => Promise<T>): Promise<T> {
  const api = "/apis/flowcontrol.apiserver.k8s.io/v1";
  const metadata = { name: namespace };
  const subject = { kind: "ServiceAccount", serviceAccount: { name: NAME, namespace } };
  try {
    await cluster.create(`${api}/prioritylevelconfigurations`, {
      metadata,
      spec: {
        type: "Limited",
        limited: { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: "Reject" } },
      },
    });
    await cluster.create(`${api}/flowschemas`, {
      metadata,
      spec: {
        priorityLevelConfiguration: { name: namespace },
        matchingPrecedence: 500,
        rules: [{
          subjects: [subject],
          resourceRules: [{
            apiGroups: ["*"],
            resources: ["*"],
            verbs: ["*"],
            namespaces: ["*"],
            clusterScope: true,
          }],
        }],
      },
    });
    return await use();
  } finally {
    for (const kind of ["flowschemas", "prioritylevelconfigurations"]) {
      const answer = await cluster.request("DELETE", `${api}/${kind}/${namespace}`);
      await answer.body?.cancel();
    }
  }
}

/** Keeps the account's places taken by requests of its own, until a request of the runner has been rejected. */
async function compete({ cluster, folder, proxy, collectionPath }: Rig): Promise<void> {
  const { server, client } = cluster.upstream;
  const headers = { authorization: `Bearer ${await Deno.readTextFile(`${folder}/token`)}` };
  const url = `${server}${collectionPath}`;
  const end = performance.now() + COMPETITION_MS;
  const isMet = () => proxy.seen.some(({ status }) => status === 429);
  await Promise.all(Array.from({ length: COMPETITORS }, async () => {
    while (!isMet() && performance.now() < end) await (await fetch(url, { client, headers })).body?.cancel();
  }));
}

export const rows: FaultRow[] = [
  {
    row: 26,
    name: "a real priority level without places rejects with 429: the run goes on when there are places",
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withPriorityLevel(rig, async () => {
        // The API server takes a second to learn of the priority level.
        await sleep(2_000);
        const competing = compete(rig);
        const run = rig.start();
        await competing;
        await rig.watching();
        await rig.finish();
        const verdictAt = performance.now();
        const ended = await endOf(run);
        assert(rig.proxy.seen.some(({ status }) => status === 429), "no request of the runner was rejected");
        await mustReportTheObject(rig, ended);
        return { ended, verdictAt };
      }),
  },
  {
    row: 28,
    name: "etcd has no leader for 10 s in the wait, every read fails: the verdict when it has one",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble(rig) {
      let failed = 0;
      rig.proxy.rule = (exchange) => {
        failed++;
        return exchange.answer(500, noLeader);
      };
      rig.proxy.cutAll();
      return () => must(failed > 1, "the runner tried again meanwhile");
    },
    async act(rig) {
      await rig.finish();
      await sleep(ELECTION_MS);
      rig.proxy.rule = () => undefined;
    },
    expect: { says: ["leader changed"], also: (rig, { ended }) => mustReportTheObject(rig, ended) },
  },
  {
    row: 31,
    name: "each answer closes its connection: the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => passAndClose),
  },
  {
    row: 36,
    works: WORKS_PAST_PROXY,
    name: "the network drops every packet of the runner's connections: a fresh one brings the verdict",
    exitCode: 0,
    objects: 1,
    needs: ["root"],
    async scenario(rig) {
      const { upstream } = rig.cluster;
      const run = await startDirect(rig, upstream);
      const server = Number(new URL(upstream.server).port);
      const clients = await portsTo(server, run.pid);
      assert(clients.length > 0, "the runner has no connection to the API server");
      return await withPortsDropped({ clients, server }, async () => {
        await rig.finish();
        const outcome = await endOfDirect(rig, run, performance.now());
        assert(await droppedPackets(clients) > 0, "no packet was dropped");
        return outcome;
      });
    },
  },
];
