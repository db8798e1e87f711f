/**
 * Another start of the same run.
 *
 * @module
 */
import type { JsonValue } from "../../../../src/text/json.ts";
import type { Exchange } from "../proxy/proxy.ts";
import { uidOf } from "./metadata.ts";
import type { Rig } from "./rig.ts";

/** Creates what a request would create as another start of the run, and passes the request on. Returns the uid. */
export async function createAsOther(rig: Rig, exchange: Exchange): Promise<JsonValue | undefined> {
  const wanted = JSON.parse(new TextDecoder().decode(exchange.request.body));
  const created = await rig.createObject(wanted);
  await exchange.pass();
  return uidOf(created);
}
