/**
 * Guesses which name a misspelt name was meant to be.
 *
 * @module
 */

/** The name in `names` that differs from `name` by the fewest edits; `names` must not be empty. */
export function nearest(name: string, names: string[]): string {
  const distances = names.map((candidate) => editDistance(name, candidate));
  return names[distances.indexOf(Math.min(...distances))]!;
}

/** Levenshtein's distance: the fewest characters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_value, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
