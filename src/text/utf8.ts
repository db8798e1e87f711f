/**
 * The length of texts in bytes, as Kubernetes counts it.
 *
 * @module
 */

const CUT = "…";

/** How many bytes a text has in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Cuts a text to at most `maxBytes`: a cut text ends in `…`, and never in a part of a character. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return text;
  const room = Math.max(0, maxBytes - byteLength(CUT));
  // With `stream` the decoder holds back an incomplete character.
  return new TextDecoder().decode(bytes.slice(0, room), { stream: true }) + CUT;
}
