/**
 * An etcd that was restored from a snapshot: resourceVersions go back, and watches from the lost future are silent.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustEndWithin } from "../../lab/checks.ts";
import { GONE } from "../../lab/expectations.ts";
import type { Rig } from "../../lab/rig.ts";
import { until } from "../../lab/waiting.ts";
import { finishWork, startWatching } from "../../lab/watched_run.ts";
import { never } from "../../proxy/bodies.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { isList } from "../../proxy/requests.ts";

/** The version that everything has after the restore. */
const RESTORED_VERSION = "7";

/** An API server that was restored: the proxy tells of small versions and translates them back. */
class RestoredServer {
  /** Watches from versions that it never had. */
  silentWatches = 0;
  /** Watches from its own versions. */
  goodWatches = 0;
  /** The collection's version as the real server knows it. */
  #realVersion = "";
  readonly #isLost: boolean;

  constructor(options: { isLost: boolean }) {
    this.#isLost = options.isLost;
  }

  rule(exchange: Exchange): Promise<void> | undefined {
    if (exchange.isWatch) return this.#watch(exchange);
    if (isList(exchange.seen)) return this.#list(exchange);
  }

  async #list(exchange: Exchange): Promise<void> {
    const answer = await exchange.forward();
    const list = await answer.json() as { metadata: JsonObject; items: { metadata: JsonObject }[] | null };
    this.#realVersion = String(list.metadata.resourceVersion);
    for (const { metadata } of [list, ...list.items ?? []]) metadata.resourceVersion = RESTORED_VERSION;
    await exchange.answer(200, this.#isLost ? { ...list, items: null } : list);
  }

  async #watch(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (!request.path.includes(`resourceVersion=${RESTORED_VERSION}&`)) {
      this.silentWatches++;
      return await exchange.stream(silentForEver());
    }
    this.goodWatches++;
    request.path = request.path.replace(/resourceVersion=\d+/, `resourceVersion=${this.#realVersion}`);
    await exchange.pass();
  }
}

// deno-lint-ignore require-yield
async function* silentForEver(): AsyncGenerator<string> {
  await never();
}

function restore(rig: Rig, options: { isLost: boolean }): RestoredServer {
  const server = new RestoredServer(options);
  rig.proxy.rule = (exchange) => server.rule(exchange);
  return server;
}

export const rows: FaultRow[] = [
  {
    row: 43,
    name: "versions go back while the connection breaks: the runner watches from the new ones",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const server = restore(rig, { isLost: false });
      rig.proxy.cutAll();
      await until("a watch from the restored version", () => server.goodWatches > 0);
    },
    expect: { within: 5 },
  },
  {
    row: 43,
    name:
      "a watch goes on from a version that the restored server never had, and is silent: a fresh look tells",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      // The watch that the create's reply led to is taken to be opened after the restore.
      const server = restore(rig, { isLost: false });
      const watched = await startWatching(rig);
      await until("a watch from the restored version", () => server.goodWatches > 0);
      must(server.silentWatches === 1, `one watch was silent (it was ${server.silentWatches})`);
      const outcome = await finishWork(rig, watched);
      mustEndWithin(outcome, 5);
      return outcome;
    },
  },
  {
    row: 43,
    name: "the restored server has no such object: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    at: "wait",
    trouble(rig) {
      restore(rig, { isLost: true });
      rig.proxy.cutAll();
    },
    act: "nothing",
    expect: GONE,
  },
];
