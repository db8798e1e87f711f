/**
 * Texts of others, for people at a terminal.
 *
 * @module
 */

/**
 * A text without what would draw elsewhere on a terminal, or in other colours: control sequences and characters, but
 * for tabs and line ends.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
