import { loader } from "./js_yaml.ts";
import { messageOf } from "./messages.ts";

/** A place in a text: `line` and `column` count from 1, `offset` from 0. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Thrown for a text that is not YAML. */
export class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly snippet?: string;

  constructor(message: string, { line, column, offset }: YamlPosition, snippet?: string) {
    super(`${message} at line ${line}, column ${column}${snippet ? `:\n${snippet}` : ""}`);
    this.name = "YamlSyntaxError";
    this.line = line;
    this.column = column;
    this.offset = offset;
    if (snippet !== undefined) this.snippet = snippet;
  }
}

/** The error that `@std/yaml` would throw instead of an error of js-yaml; any other error stays as it is. */
export function syntaxErrorOf(error: unknown): unknown {
  if (!(error instanceof loader.YAMLException)) return error;
  const { reason, mark } = error;
  // js-yaml looks for null bytes before it counts lines.
  if (reason === "null byte is not allowed in input") {
    return syntaxErrorAt(messageOf(reason), mark.buffer, mark.position);
  }
  return new YamlSyntaxError(
    messageOf(reason),
    { line: mark.line + 1, column: mark.column + 1, offset: mark.position },
    snippetOf(mark.buffer, mark.position),
  );
}

/** An error with the line and column of an offset. */
export function syntaxErrorAt(message: string, text: string, offset: number): YamlSyntaxError {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  const column = (lines.at(-1) ?? "").length + 1;
  return new YamlSyntaxError(message, { line: lines.length, column, offset }, snippetOf(text, offset));
}

const SNIPPET_CHARACTERS = 37;

/** The part of the line around an offset, and a caret below the offset. */
function snippetOf(text: string, offset: number): string {
  const [before = ""] = /[^\0\r\n\x85\u2028\u2029]*$/.exec(text.slice(0, offset)) ?? [];
  const [after = ""] = /^[^\0\r\n\x85\u2028\u2029]*/.exec(text.slice(offset)) ?? [];
  const shown = before.slice(-SNIPPET_CHARACTERS);
  return `    ${shown}${after.slice(0, SNIPPET_CHARACTERS)}\n    ${" ".repeat(shown.length)}^`;
}
