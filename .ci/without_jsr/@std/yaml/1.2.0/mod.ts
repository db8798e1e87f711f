/**
 * Stand-in for `@std/yaml`: `parse()` and `parseAll()` with the core schema, over `js-yaml` 3, which the real one was
 * ported from.
 *
 * @module
 */
import { CORE_SCHEMA } from "./core_schema.ts";
import { syntaxErrorOf, YamlSyntaxError } from "./error.ts";
import { loader } from "./js_yaml.ts";
import { SingleDocument } from "./single_document.ts";

export { YamlSyntaxError };

/** How to parse; the real package has more schemas, and another default. */
export interface ParseOptions {
  schema: "core";
}

/**
 * Parses a text that holds at most one YAML document; an empty one is `null`.
 *
 * @throws {YamlSyntaxError} If the text is not YAML or holds more than one document
 */
export function parse(content: string, _options: ParseOptions): unknown {
  const single = new SingleDocument();
  try {
    return loader.load(content, { schema: CORE_SCHEMA, listener: single.listener }) ?? null;
  } catch (error) {
    throw syntaxErrorOf(error);
  }
}

/**
 * Parses a text of any number of YAML documents; an empty one is `null`.
 *
 * @throws {YamlSyntaxError} If the text is not YAML
 */
export function parseAll(content: string, _options: ParseOptions): unknown[] {
  try {
    return loader.loadAll(content, undefined, { schema: CORE_SCHEMA });
  } catch (error) {
    throw syntaxErrorOf(error);
  }
}
