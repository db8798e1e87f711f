import { syntaxErrorAt } from "./error.ts";
import type { Listener } from "./js_yaml.ts";

/** Refuses a second document, with an error at the end of the first document. */
export class SingleDocument {
  #depth = 0;
  #rootEnd = 0;

  /** Follows the loader, and throws a YamlSyntaxError when it opens a second document. */
  readonly listener: Listener = (event, { input, position, documents }) => {
    if (documents.length > 0) {
      throw syntaxErrorAt(
        "Found more than 1 document in the stream: expected a single document",
        input,
        separatorAfter(input, this.#rootEnd),
      );
    }
    this.#depth += event === "open" ? 1 : -1;
    if (this.#depth === 0) this.#rootEnd = position;
  };
}

/** Offset of the `---`, or of the text after `...`: the loader's position between two documents. */
function separatorAfter(input: string, offset: number): number {
  const separator = /^(?:---|\.\.\.(?:\s+|#.*)*)/gm;
  separator.lastIndex = offset;
  const [match = ""] = separator.exec(input) ?? [];
  return match.startsWith(".") ? separator.lastIndex : separator.lastIndex - match.length;
}
