import { syntaxErrorAt } from "./error.ts";
import type { Listener } from "./js_yaml.ts";

/** Refuses the second document of a stream at the place where the first one has ended. */
export class SingleDocument {
  #depth = 0;
  #rootEnd = 0;

  /** Follows the loader; throws YamlSyntaxError once a second document is opened. */
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

/** Offset of `---`, or of what follows `...`: there the loader stands between two documents. */
function separatorAfter(input: string, offset: number): number {
  const separator = /^(?:---|\.\.\.(?:\s+|#.*)*)/gm;
  separator.lastIndex = offset;
  const [match = ""] = separator.exec(input) ?? [];
  return match.startsWith(".") ? separator.lastIndex : separator.lastIndex - match.length;
}
