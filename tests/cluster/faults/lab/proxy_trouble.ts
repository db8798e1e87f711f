/**
 * Trouble that the proxy makes.
 *
 * @module
 */
import type { Exchange, Rule, Seen } from "../proxy/proxy.ts";
import type { Rig } from "./rig.ts";
import { until } from "./waiting.ts";

/** Trouble that is a rule for all requests from now on. */
export function withRule(rule: (rig: Rig) => Rule): (rig: Rig) => void {
  return (rig) => {
    rig.proxy.rule = rule(rig);
  };
}

/** Does `fault` to every watch from now on, breaks the open one, and waits until `times` watches met the fault. */
export async function disturbWatches(
  rig: Rig,
  times: number,
  fault: (exchange: Exchange, count: number) => Promise<void>,
): Promise<Seen[]> {
  const met: Seen[] = [];
  rig.proxy.rule = (exchange) => {
    if (!exchange.isWatch) return;
    met.push(exchange.seen);
    return fault(exchange, met.length);
  };
  rig.proxy.cutAll();
  await until(`${times} watches meet the fault`, () => met.length >= times);
  return met;
}
