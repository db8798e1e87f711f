/**
 * Generated names: the part that the server adds to a client's prefix.
 *
 * @module
 */

/**
 * Five characters of the real API's alphabet, which is without vowels and what looks alike
 * ({@link https://github.com/kubernetes/apimachinery/blob/v0.34.4/pkg/util/rand/rand.go}).
 */
export function nameSuffix(random: () => number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  return Array.from({ length: 5 }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}
