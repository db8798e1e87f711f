/**
 * Texts of others, for people at a terminal.
 *
 * @module
 */

/**
 * Removes what would move the cursor of a terminal or change its colours: control sequences and control characters,
 * except tabs and line ends.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
