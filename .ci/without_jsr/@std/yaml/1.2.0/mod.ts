/**
 * Stand-in for `@std/yaml`: `parse()` and `parseAll()` with the core schema, and `stringify()`, over `js-yaml` 3, from
 * which `@std/yaml` was ported.
 *
 * @module
 */
import { CORE_SCHEMA } from "./core_schema.ts";
import { syntaxErrorOf, YamlSyntaxError } from "./error.ts";
import { loader } from "./js_yaml.ts";
import { SingleDocument } from "./single_document.ts";

export { YamlSyntaxError };

/** How to parse. The real package has more schemas and another default. */
export interface ParseOptions {
  schema: "core";
}

/**
 * Parses a text with at most one YAML document; an empty text is `null`.
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
 * Parses a text with any number of YAML documents; an empty document is `null`.
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

/** How to print; the real package has more options. */
export interface StringifyOptions {
  /** From which level of nesting collections are printed in one line; -1 (the default): no level. */
  flowLevel?: number;
  /** The line length above which texts are folded, in characters; -1: no limit; 80 by default. */
  lineWidth?: number;
}

/**
 * Prints a value as a YAML document. Texts that YAML 1.1 or 1.2 would read as another type get quotes.
 *
 * @throws {TypeError} If the value holds a value that YAML has no type for
 */
export function stringify(data: unknown, { flowLevel = -1, lineWidth = 80 }: StringifyOptions = {}): string {
  try {
    return loader.safeDump(data, { flowLevel, lineWidth });
  } catch (error) {
    throw new TypeError((error as Error).message);
  }
}
