/**
 * Checks with a fault of the API server or of the network.
 *
 * @module
 */
import { errorAnswer } from "../api/wire/answers.ts";
import type { Interceptor } from "../api/embedded_api_options.ts";
import { checkCreated } from "./identity_checks.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";
import { StatusError } from "../api/objects/status_error.ts";
import { CheckFailure } from "./check_failure.ts";

/** The value of Retry-After, seconds. */
const RETRY_AFTER_S = 4;

/** The watch cannot be resumed: its version has expired (410). */
export async function checkExpired(stage: Rehearsal): Promise<void> {
  const run = stage.run();
  const object = await stage.atWork(run, "in an undisturbed run");
  stage.api.endWatches();
  await stage.end("succeed", object);
  stage.api.compact();
  await stage.expectEnd(run, { expected: "Succeeded", when: "after its watch expired (410)" });
}

/** Each create is stored, and its first answer is lost. */
export async function checkLostReplies(stage: Rehearsal, like: RehearsedRun): Promise<void> {
  const when = "after a lost reply";
  const run = stage.run({}, { fault: lostReplies() });
  await stage.until(() => run.started || run.result);
  checkCreated(run.created, { like, when });
  await stage.end("succeed", await stage.atWork(run, when));
  await stage.expectEnd(run, { expected: "Succeeded", when });
}

/** The API server answers 429 with Retry-After. */
export async function checkThrottled(stage: Rehearsal, like: RehearsedRun): Promise<void> {
  const when = "after answers 429";
  const throttle = new Throttle(() => stage.clock.now());
  const run = stage.run({}, { fault: throttle.intercept });
  await stage.end("succeed", await stage.atWork(run, when));
  await stage.expectEnd(run, { expected: "Succeeded", when });
  checkCreated(run.created, { like, when });
  if (throttle.tooSoon) {
    throw new CheckFailure(`sent ${throttle.tooSoon} again before the time of Retry-After`);
  }
}

/** Watches open and send no events. */
export async function checkSilentWatches(stage: Rehearsal): Promise<void> {
  const run = stage.run({}, { fault: silentWatches });
  const when = "while its watch was silent";
  await stage.end("succeed", await stage.atWork(run, when));
  await stage.expectEnd(run, { expected: "Succeeded", when: `after its work had succeeded ${when}` });
}

/** Loses the first answer to each create. */
function lostReplies(): Interceptor {
  const lost = new Set<string>();
  return async (request, next) => {
    const { pathname, searchParams } = new URL(request.url);
    const answer = await next(request);
    const isCreate = request.method === "POST" && !searchParams.has("dryRun");
    if (!isCreate || lost.has(pathname)) return answer;
    lost.add(pathname);
    throw new TypeError("connection reset by peer");
  };
}

/** Refuses the first attempt of each request. */
class Throttle {
  /** The create that was sent again too soon. */
  tooSoon: string | undefined;
  readonly #refusedAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly intercept: Interceptor = async (request, next) => {
    const { pathname, searchParams } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    const key = `${what} ${searchParams.get("dryRun")} ${searchParams.get("watch")}`;
    const refusedAt = this.#refusedAt.get(key);
    if (refusedAt === undefined) {
      this.#refusedAt.set(key, this.#now());
      return refusal();
    }
    if (request.method === "POST" && this.#now() - refusedAt < RETRY_AFTER_S * 1_000) this.tooSoon ??= what;
    return await next(request);
  };
}

/** https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/server/filters/maxinflight.go */
function refusal(): Response {
  const details = { retryAfterSeconds: RETRY_AFTER_S };
  const message = "Too many requests, please try again later.";
  return errorAnswer(new StatusError(429, message, { reason: "TooManyRequests", details }));
}

const silentWatches: Interceptor = async (request, next) => {
  if (!new URL(request.url).searchParams.has("watch")) return await next(request);
  const body = new ReadableStream({
    start: (controller) =>
      request.signal.addEventListener("abort", () => controller.error(request.signal.reason)),
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
};
