/**
 * Texts of others on one line.
 *
 * @module
 */

/** A text with a blank in the place of each run of blanks and line ends, and none around it. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
