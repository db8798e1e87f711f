/**
 * Keeping secrets out of everything that a run writes.
 *
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../text/json.ts";
import { isAbout, isTextOf, pairName, secretNoun } from "./secret_names.ts";

/** Shorter values are not hidden, in characters: hiding them would tear other words apart. */
const MIN_LENGTH = 4;
/** Shorter secrets are hidden only as whole words, in characters: a password `prod` is a part of `prod-eu-1`. */
const MIN_PART_LENGTH = 8;
/** Shorter lines of a secret with several lines, such as a brace, are not hidden by themselves, in characters. */
const MIN_LINE_LENGTH = 8;
/** Shorter numbers are not hidden, in digits: they may be ports, counts or times. */
const MIN_DIGITS = 6;

const HIDDEN = "***";

/** The texts of a failure. */
export interface FailureWords {
  /** The step, named after what it works on. */
  node?: string;
  /** One sentence. */
  message?: string;
  /** The pod's events. */
  events?: string[];
  /** What the container printed. */
  logTail?: string[];
  /** Why something could not be read. */
  notRead?: string[];
}

/** Hides secrets in texts for people. Data is never masked: it is reported as it is, or left out. */
export class Mask {
  readonly #secrets = new Set<string>();
  /** The patterns to replace, the longest first: a secret may be a part of another secret. */
  #patterns: RegExp[] = [];

  /** Hides these secrets from now on, and each of their lines by itself, since logs split them. */
  hide(secrets: string[]): void {
    for (const secret of secrets) {
      const lines = secret.split("\n").map((line) => line.trim()).filter((line) => line !== "");
      const minLength = lines.length > 1 ? MIN_LINE_LENGTH : MIN_LENGTH;
      if (secret.length >= MIN_LENGTH) this.#secrets.add(secret);
      for (const line of lines.filter(({ length }) => length >= minLength)) this.#secrets.add(line);
    }
    this.#patterns = [...this.#secrets].sort((a, b) => b.length - a.length).map(patternOf);
  }

  /** Returns the value with every text in it masked; keys stay. */
  applyTo<T>(value: T): T {
    if (typeof value === "string") return this.apply(value) as T;
    if (Array.isArray(value)) return value.map((item) => this.applyTo(item)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.applyTo(inner)])) as T;
  }

  /** Returns a failure with its texts masked; names of pods and containers and the API's own words stay. */
  applyToFailure<T extends FailureWords>(failure: T): T {
    const { node, message, events, logTail, notRead } = failure;
    const texts = Object.entries({ node, message, events, logTail, notRead })
      .filter(([, value]) => value !== undefined);
    return { ...failure, ...this.applyTo(Object.fromEntries(texts)) };
  }

  /** Returns the text with `***` in place of each secret. */
  apply(text: string): string {
    return this.#patterns.reduce((masked, pattern) => masked.replace(pattern, HIDDEN), text);
  }

  /** Whether there is a secret in any text of a value. */
  isIn(value: JsonValue | undefined): boolean {
    if (typeof value === "object" && value !== null) {
      return Object.values(value).some((inner) => this.isIn(inner));
    }
    return value !== undefined && this.apply(String(value)) !== String(value);
  }
}

function patternOf(secret: string): RegExp {
  const text = secret.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const whole = secret.length < MIN_PART_LENGTH;
  return new RegExp(whole ? `(?<![\\p{L}\\p{N}_-])${text}(?![\\p{L}\\p{N}_-])` : text, "gu");
}

/**
 * The texts and numbers in a manifest under a secret's name: `password: x`, at any depth in `credentials: {…}`, or
 * `{name: password, value: x}` as in a parameter or an environment variable. `secret_names.ts` decides which names are
 * secrets' names.
 */
export function secretsIn(manifest: JsonValue | undefined): string[] {
  return textsOf(manifest, undefined).filter((text) => !/^\d+$/.test(text) || text.length >= MIN_DIGITS);
}

/** The texts and numbers, however short, that are secrets by the name of a value or by a name within it. */
export function secretsUnder(name: string, value: JsonValue | undefined): string[] {
  return textsOf({ [name]: value }, undefined);
}

/** The secrets in a value; `noun` is the word for a secret in its name, if any. */
function textsOf(value: JsonValue | undefined, noun: string | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, noun));
  if (isJsonObject(value)) return textsInObject(value, noun);
  if (noun === undefined || (typeof value !== "string" && typeof value !== "number")) return [];
  return isTextOf(noun, String(value)) ? [String(value)] : [];
}

function textsInObject(object: JsonObject, noun: string | undefined): string[] {
  const keys = Object.keys(object);
  return Object.entries(object).flatMap(([key, value]) => {
    const inherited = isAbout(key, keys) ? undefined : noun;
    const own = secretNoun(pairName(object, key) ?? key);
    // `Authorization: Bearer x` is a header, `authorization: rbac` a setting.
    const header = /^(proxy-)?authorization$/i.test(pairName(object, key) ?? key) ? credentialsIn(value) : [];
    return [...header, ...textsOf(value, own ?? inherited)];
  });
}

/** The credentials after the scheme: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2 */
function credentialsIn(value: JsonValue | undefined): string[] {
  const [, credentials] = typeof value === "string" ? /^\s*\S+\s+(\S.*)$/.exec(value) ?? [] : [];
  return credentials === undefined || !isTextOf("secret", credentials) ? [] : [credentials];
}
