/**
 * Keeping secrets out of everything that a run writes.
 *
 * @module
 */
import { isJsonObject, type JsonValue } from "./json.ts";

/**
 * Names under which people keep what nobody else may read. `secretName` is none: what it holds tells which Secret is
 * missing.
 */
const SECRET_NAME =
  /(passw(or)?d|passphrase|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|credential)(?!.*name$)/i;

/** Shorter values are no secrets, and to hide them would tear other words apart; in characters. */
const MIN_LENGTH = 4;
/** Shorter lines of a secret of several, such as a brace, are hidden only along with the others; in characters. */
const MIN_LINE_LENGTH = 8;

/** Smaller numbers under a secret's name count something, such as tokens; a password may have digits alone. */
const MIN_NUMBER = 100_000;

const HIDDEN = "***";

/** Hides texts in other texts. */
export class Mask {
  readonly #secrets = new Set<string>();

  /** Hides these from now on, and each line of them by itself: that is how logs have them. */
  hide(secrets: string[]): void {
    for (const secret of secrets) {
      const lines = secret.split("\n").map((line) => line.trim()).filter((line) => line !== "");
      const minLength = lines.length > 1 ? MIN_LINE_LENGTH : MIN_LENGTH;
      if (secret.length >= MIN_LENGTH) this.#secrets.add(secret);
      for (const line of lines.filter(({ length }) => length >= minLength)) this.#secrets.add(line);
    }
  }

  /** The value with every text in it masked; keys stay. */
  applyTo<T>(value: T): T {
    if (typeof value === "string") return this.apply(value) as T;
    if (Array.isArray(value)) return value.map((item) => this.applyTo(item)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.applyTo(inner)])) as T;
  }

  /** The text with `***` in the place of each secret. */
  apply(text: string): string {
    // The longest first: one secret may be a part of another.
    const longestFirst = [...this.#secrets].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, HIDDEN), text);
  }
}

/**
 * The texts and numbers in a manifest that stand under a secret's name: `password: x`, or `{name: password, value: x}` as in a
 * parameter or an environment variable.
 */
export function secretsIn(manifest: JsonValue | undefined): string[] {
  if (Array.isArray(manifest)) return manifest.flatMap(secretsIn);
  if (!isJsonObject(manifest)) return [];
  const isNamedSecret = typeof manifest.name === "string" && SECRET_NAME.test(manifest.name);
  return Object.entries(manifest).flatMap(([key, value]) => {
    const isSecret = SECRET_NAME.test(key) || (isNamedSecret && (key === "value" || key === "default"));
    if (isSecret && typeof value === "string") return [value];
    return isSecret && typeof value === "number" && value >= MIN_NUMBER ? [String(value)] : secretsIn(value);
  });
}
