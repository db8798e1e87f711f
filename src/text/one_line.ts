/**
 * Texts of others on one line.
 *
 * @module
 */

/** Replaces each run of blanks and line ends by a blank, and removes those around the text. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
