/**
 * Faults of the create's request and reply: exactly one object, and its verdict.
 *
 * @module
 */
import { certificate } from "../../../../lab/certificate.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustHaveSeen } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep } from "../../lab/waiting.ts";
import type { Exchange, Rule } from "../../proxy/proxy.ts";
import { failure, forwardAndCut, forwardAndForget, onCreate, onFirst } from "../../proxy/proxy_rules.ts";
import { isCreate } from "../../proxy/requests.ts";

/** A row whose create meets `fault` `times` times, and is sent `posts` times in all. */
function createRow(row: number, name: string, options: {
  times?: number;
  posts: number;
  fault: (exchange: Exchange, rig: Rig) => Promise<void>;
  /** What standard error must have. */
  says?: string;
  env?: Record<string, string>;
}): FaultRow {
  const { times = 1, posts, fault, says, env = {} } = options;
  return {
    row,
    name,
    exitCode: 0,
    objects: 1,
    env,
    at: "start",
    trouble: withRule((rig) => onCreate(times, (exchange) => fault(exchange, rig))),
    expect: { creates: posts, says: says === undefined ? [] : [says] },
  };
}

/** A fault that has the create done, and answers with something else. */
function doneButAnswered(status: number, body: unknown, headers?: Record<string, string>) {
  return async (exchange: Exchange): Promise<void> => {
    await forwardAndForget(exchange);
    await exchange.answer(status, body, headers);
  };
}

/** Loses the first of two creates; the second one meets `fate`. */
function loseFirst(fate: (first: Exchange, second: Exchange) => Promise<void>): Rule {
  let first: Exchange | undefined;
  return onCreate(2, async (exchange) => {
    if (first) return await fate(first, exchange);
    first = exchange;
    exchange.cut();
  });
}

/** Does the create and passes on the first half of the reply. */
async function forwardAndHalve(exchange: Exchange, end: (exchange: Exchange) => Promise<void> | void) {
  const body = new Uint8Array(await (await exchange.forward()).arrayBuffer());
  await exchange.connection.writeHead(201, { "content-type": "application/json" });
  await exchange.connection.writePiece(body.subarray(0, body.length >> 1));
  await end(exchange);
}

const NOT_IN_TIME = failure(504, "Timeout", "request did not complete within requested timeout");
const QUOTA_TIMEOUT = failure(
  500,
  "InternalError",
  "Internal error occurred: resource quota evaluation timed out",
);
const DENIED = failure(403, "", 'admission webhook "x.test" denied the request: no work on Fridays');
const WEB_PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>";

const lostReplies: FaultRow[] = [
  createRow(5, "the reply to the create is lost: the object is found and adopted", {
    posts: 1,
    fault: forwardAndCut,
  }),
  createRow(
    5,
    "the reply to the create is lost where no object may be adopted: one's own create is no other's",
    {
      posts: 1,
      fault: forwardAndCut,
      env: { RUNNER_ON_EXISTING: "refuse" },
    },
  ),
  createRow(5, "the reply is lost, and so are those to the looks that follow: it is not created again", {
    posts: 1,
    async fault(exchange, { proxy }) {
      await forwardAndForget(exchange);
      proxy.rule = onFirst(
        3,
        ({ request }) => request.method === "GET",
        (look) => Promise.resolve(look.cut()),
      );
      exchange.cut();
    },
    says: "trying again",
  }),
  createRow(5, "a load balancer answers with 502 for the reply: the object is adopted", {
    posts: 1,
    fault: doneButAnswered(502, WEB_PAGE, { "content-type": "text/html" }),
  }),
  createRow(5, "the reply breaks off in the middle: the object is adopted", {
    posts: 1,
    fault: (exchange) => forwardAndHalve(exchange, () => exchange.cut()),
  }),
  createRow(5, "half a reply ends cleanly: the object is adopted", {
    posts: 1,
    fault: (exchange) => forwardAndHalve(exchange, () => exchange.connection.writePiece(new Uint8Array(0))),
  }),
  createRow(5, "no reply comes: after 30 s the object is adopted", { posts: 1, fault: forwardAndForget }),
];

/** Creates that are done long after the runner has lost the connection on which it sent them. */
const lateCreates: FaultRow[] = [
  createRow(5, "a lost create is done 3 s later, when it has been sent again: one object", {
    posts: 2,
    async fault(exchange) {
      exchange.cut();
      await sleep(3_000);
      await forwardAndForget(exchange);
    },
  }),
  {
    row: 5,
    name:
      "a lost create is done just before the second one: that one's AlreadyExists is the run's own object",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() =>
      loseFirst(async (first, second) => {
        await forwardAndForget(first);
        await second.pass();
      })
    ),
    expect: {
      also: (rig) => mustHaveSeen(rig, 1, (seen) => isCreate(seen) && seen.status === 409, "AlreadyExists"),
    },
  },
];

const refusedAfterLoss: FaultRow[] = [
  {
    row: 5,
    name:
      "a lost create is done just before the second one, which is denied: the object is found and adopted",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() =>
      loseFirst(async (first, second) => {
        await forwardAndForget(first);
        await second.answer(403, DENIED);
      })
    ),
    expect: { creates: 2 },
  },
  {
    row: 5,
    name: "a create is lost and the second one is denied: 33, since the first one may still be done",
    exitCode: 33,
    objects: 0,
    at: "start",
    trouble: withRule(() => loseFirst((_first, second) => second.answer(403, DENIED))),
    act: "nothing",
    expect: {
      creates: 2,
      says: ["whether it was created is not known", "left in the cluster: not known"],
    },
  },
];

const neverArrived: FaultRow[] = [
  createRow(6, "the create never arrives, twice: it is sent again", {
    times: 2,
    posts: 3,
    fault: (exchange) => Promise.resolve(exchange.cut()),
  }),
  {
    row: 6,
    name: "the API server is gone for 5 s when the create is due: it is sent then",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(({ proxy }) =>
      onCreate(1, async () => {
        proxy.refuse();
        await sleep(5_000);
        proxy.open(certificate("first"));
      })
    ),
    expect: { creates: 2, says: ["refused"] },
  },
];

const badAnswers: FaultRow[] = [
  createRow(7, "the create is done and answered with 504: the object is adopted", {
    posts: 1,
    fault: doneButAnswered(504, NOT_IN_TIME),
  }),
  createRow(7, "two creates are not done and answered with 504: it is sent again", {
    times: 2,
    posts: 3,
    fault: (exchange) => exchange.answer(504, NOT_IN_TIME),
  }),
  {
    row: 7,
    name: "creates are answered with 504 for 15 s, none is done: it is sent again until one is",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => {
      const end = performance.now() + 15_000;
      return ({ isCreate, answer }) =>
        isCreate && performance.now() < end ? answer(504, NOT_IN_TIME) : undefined;
    }),
    expect: {
      also: ({ proxy }) => must(proxy.seen.filter(isCreate).length >= 5, "it was sent at least 5 times"),
    },
  },
  createRow(21, "the quota's evaluation times out, after the create was done: the object is adopted", {
    posts: 1,
    fault: doneButAnswered(500, QUOTA_TIMEOUT),
  }),
  createRow(21, "the quota's evaluation times out, nothing was done: it is sent again", {
    posts: 2,
    fault: (exchange) => exchange.answer(500, QUOTA_TIMEOUT),
    says: "resource quota evaluation timed out",
  }),
  createRow(28, "etcd's leader changes, after the create was done: the object is adopted", {
    posts: 1,
    fault: doneButAnswered(500, failure(500, "", "etcdserver: leader changed")),
  }),
  createRow(28, "etcd times out three times, nothing was done: it is sent again", {
    times: 3,
    posts: 4,
    fault: (exchange) => exchange.answer(500, failure(500, "", "etcdserver: request timed out")),
    says: "etcdserver: request timed out",
  }),
];

export const rows: FaultRow[] = [
  ...lostReplies,
  ...lateCreates,
  ...refusedAfterLoss,
  ...neverArrived,
  ...badAnswers,
];
