/**
 * The work's outputs, without those that hold secrets.
 *
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../text/json.ts";
import { secretNoun } from "../../io/secret_names.ts";
import { type Mask, secretsUnder } from "../../io/secrets.ts";

/**
 * The report for ConfigMaps and standard output. It omits outputs that hold a secret and names them in
 * `outputsWithheld`; all other outputs stay as the work wrote them.
 *
 * @param mask knows the secrets of the run
 */
export function withoutSecretOutputs(report: JsonObject, mask: Mask | undefined): JsonObject {
  if (!isJsonObject(report.outputs)) return report;
  const withheld: string[] = [];
  const outputs = publicOutputs(report.outputs, { path: [], withheld, mask });
  if (withheld.length === 0) return report;
  const entries = Object.entries(report)
    .flatMap(([key, value]) =>
      key === "outputs" ? [[key, outputs], ["outputsWithheld", withheld]] : [[key, value]]
    );
  return Object.fromEntries(entries);
}

interface Walk {
  path: string[];
  /** Collects the names of the omitted outputs. */
  withheld: string[];
  mask: Mask | undefined;
}

function publicOutputs(outputs: JsonObject, { path, withheld, mask }: Walk): JsonObject {
  const entries = Object.entries(outputs).flatMap(([key, value]): [string, JsonValue | undefined][] => {
    const inner = [...path, key];
    const isLookedThrough = isJsonObject(value) && secretNoun(key) === undefined;
    if (!isLookedThrough && secretsUnder(key, value).length > 0) return withhold(inner, withheld);
    if (isJsonObject(value)) return [[key, publicOutputs(value, { path: inner, withheld, mask })]];
    return mask?.isIn(value) ? withhold(inner, withheld) : [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** The name of an omitted output. Argo's `parameters` is a group of outputs, not an output. */
function withhold([first = "", ...rest]: string[], withheld: string[]): [] {
  withheld.push((first === "parameters" && rest.length > 0 ? rest : [first, ...rest]).join("."));
  return [];
}
