/**
 * Stand-in for `@std/cli/unicode-width`, with ranges and Unicode properties instead of a table.
 *
 * @module
 */

/** Controls, combining marks, joiners and other invisible characters, and the parts of a Korean syllable that follow. */
const ZERO = /^[\p{Cc}\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
/** A soft hyphen takes a column, although it is a format character. */
const SOFT_HYPHEN = "\u00ad";
/** East Asian Width `W` and `F`: https://www.unicode.org/reports/tr11/ */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$/u;
/** Characters that are shown as a picture by default. */
const EMOJI = /^\p{Emoji_Presentation}$/u;
/** Two of these characters make a flag. */
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;

/** How many columns a text takes on a terminal: the sum of its characters' widths. */
export function unicodeWidth(str: string): number {
  return [...str].map(widthOf).reduce((sum, width) => sum + width, 0);
}

function widthOf(character: string): number {
  if (character === SOFT_HYPHEN) return 1;
  if (ZERO.test(character)) return 0;
  const isPicture = EMOJI.test(character) && !FLAG_LETTER.test(character);
  return isPicture || WIDE.test(character) ? 2 : 1;
}
