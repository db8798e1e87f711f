/**
 * Rules for the proxy that many rows use.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { never } from "./bodies.ts";
import type { Exchange, Rule } from "./proxy.ts";

/** Does `fault` to the first `times` requests that `isIt` accepts. */
export function onFirst(
  times: number,
  isIt: (exchange: Exchange) => boolean,
  fault: (exchange: Exchange) => Promise<void>,
): Rule {
  let left = times;
  return (exchange) => isIt(exchange) && left-- > 0 ? fault(exchange) : undefined;
}

/** Does `fault` to the first `times` creates that are to be stored. */
export function onCreate(times: number, fault: (exchange: Exchange) => Promise<void>): Rule {
  return onFirst(times, ({ isCreate }) => isCreate, fault);
}

/** Has the API server do what is asked, and tells the runner nothing of it. */
export async function forwardAndForget(exchange: Exchange): Promise<void> {
  await (await exchange.forward()).body?.cancel();
}

/** Has the API server do what is asked, and breaks the connection. */
export async function forwardAndCut(exchange: Exchange): Promise<void> {
  await forwardAndForget(exchange);
  exchange.cut();
}

/** Leaves every request that fits without an answer, for ever. */
export function neverAnswer(fits: (exchange: Exchange) => boolean): Rule {
  return (exchange) => fits(exchange) ? never() : undefined;
}

/** A request that the proxy holds back. */
export interface Hold {
  /** Holds the first request that fits; all others pass. */
  rule: Rule;
  /** Resolves when it is held. */
  held: Promise<void>;
  /** Passes it on. */
  release(): void;
}

/** Holds back the first request that fits, until it is released. */
export function holdFirst(fits: (exchange: Exchange) => boolean): Hold {
  let isHeld = false;
  return holdAll((exchange) => {
    if (isHeld || !fits(exchange)) return false;
    isHeld = true;
    return true;
  });
}

/** Holds back every request that fits, until they are released. */
export function holdAll(fits: (exchange: Exchange) => boolean): Hold {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    rule(exchange) {
      if (!fits(exchange)) return undefined;
      held.resolve();
      return released.promise.then(() => exchange.pass());
    },
    held: held.promise,
    release: released.resolve,
  };
}

/** Holds back the first request that fits; from then on nothing is answered any more. */
export function holdFirstThenMute(fits: (exchange: Exchange) => boolean): Hold {
  const hold = holdFirst(fits);
  let isMute = false;
  hold.held.then(() => isMute = true);
  const silence = neverAnswer(() => isMute);
  return { ...hold, rule: (exchange) => hold.rule(exchange) ?? silence(exchange) };
}

/** A Status as API servers answer with. */
export function failure(code: number, reason: string, message: string, details: JsonObject = {}): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details,
    code,
  };
}
