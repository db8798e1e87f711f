/**
 * Which names people give to secrets, and which to something about a secret.
 *
 * A name is split into words. It names a secret if one of them is a word for a secret, such as `password`, and no word
 * shows that it names something else: a count (`max-tokens`), a reference (`secretName`, `tokenUrl`, `secretStore`) or
 * a Kubernetes Secret's name (`existingSecret`).
 *
 * @module
 */

/** How a word for a secret ends. */
const NOUN =
  /(passw(?:or)?ds?|passphrases?|passcodes?|secrets?|tokens?|credentials?|creds?|(?:api|access|private|secret|signing|encryption|master|account|storage|shared|ssh)keys?)(?:value|data|text|string|base64|b64|\d+)?$/;
/** Words for a secret that count only as whole words, since other words end with them, too. */
const WHOLE_NOUNS = ["pass", "pwd"];
/** Words before `key` that make it a secret. */
const KEYS = ["api", "access", "private", "secret", "signing", "encryption", "master", "account", "storage"];

/** Words before a word for a secret that make the name a count, a switch or a reference. */
const BEFORE = words(
  "max maximum min minimum num number total count limit per existing enable enabled disable disabled use require " +
    "required automount create generate",
);
/** Words before `secret` that make it a Secret of the cluster, of which only the name is given. */
const CLUSTER_SECRET = words(
  "existing pull imagepull tls ca cert certs certificate image ingress external sealed kubernetes k8s",
);
/** Words after a word for a secret that make the name something about it. */
const BEHIND = words(
  "name names ref refs reference references from store stores manager provider backend engine vault file files path " +
    "paths dir directory folder mount mounts volume volumes url uri endpoint host port server address issuer audience " +
    "scope scopes namespace label labels annotation annotations selector arn version type kind class format algorithm " +
    "alg policy policies rule rules role mode method strategy prefix suffix header enabled disabled enable required " +
    "create status state region location description pattern regex env var variable property field items optional " +
    "max min count counts number total limit limits size length len budget quota usage used rate per ttl expiry " +
    "expires expire expiration lifetime duration timeout interval period age seconds minutes hours days rotation " +
    "user username users email login",
);

/** Keys of the value in a pair such as `{name, value}`. */
const VALUE_KEYS = ["value", "default", "defaultValue"];

/** Texts that are never secrets: switches, and templates that a controller fills in. */
const NO_SECRET = /^(?:|true|false|yes|no|on|off|none|null|nil|\{\{[^{}]*\}\}|\$\([^()]*\)|\$\{[^{}]*\})$/i;
/** A token of fewer digits is a count. */
const MIN_TOKEN_DIGITS = 6;

/** The word for a secret in a name, such as `password`; `undefined` if the name does not name a secret. */
export function secretNoun(name: string): string | undefined {
  const parts = wordsOf(name);
  const at = nounIndex(parts);
  const noun = nounAt(parts, at);
  if (noun === undefined || name === "PWD") return undefined;
  if (/^(max|min|num|existing)(passw|secret|token|cred)/.test(parts[at]!)) return undefined;
  if (parts.slice(0, at).some((part) => BEFORE.includes(part))) return undefined;
  if (noun.startsWith("secret") && isInCluster(parts, at)) return undefined;
  const behind = parts.slice(at + 1);
  // `passwordKey` is the key within a Secret, `secretKey` a secret.
  return behind.some((part) => BEHIND.includes(part) || /^keys?$/.test(part)) ? undefined : noun;
}

/** Whether a text may be the secret that a word names. */
export function isTextOf(noun: string, text: string): boolean {
  if (NO_SECRET.test(text.trim())) return false;
  if (!noun.startsWith("token") || !/^\d+$/.test(text)) return true;
  // `tokens` is a count; `token` may be a secret that is a number.
  return noun === "token" && text.length >= MIN_TOKEN_DIGITS;
}

/**
 * Whether a key of an object under a secret's name holds no secret, such as `name` and `key` of a reference, or the
 * user beside a password.
 */
export function isAbout(key: string, siblings: string[]): boolean {
  const parts = wordsOf(key);
  if (key === "key" || key === "keys") {
    return ["name", "secretName", "path"].some((name) => siblings.includes(name));
  }
  return BEHIND.includes(parts.at(-1) ?? "") || (nounIndex(parts) !== -1 && secretNoun(key) === undefined);
}

/** The name that a pair such as `{name: password, value: x}` gives to the value under the key. */
export function pairName({ name }: { name?: unknown }, key: string): string | undefined {
  return typeof name === "string" && VALUE_KEYS.includes(key) ? name : undefined;
}

/** The index of the last word for a secret; -1 if there is no such word. */
function nounIndex(parts: string[]): number {
  return parts.findLastIndex((_part, index) => nounAt(parts, index) !== undefined);
}

function nounAt(parts: string[], index: number): string | undefined {
  const part = parts[index];
  if (part === undefined) return undefined;
  if (WHOLE_NOUNS.includes(part)) return part;
  if (/^keys?$/.test(part) && KEYS.includes(parts[index - 1] ?? "")) return "key";
  return NOUN.exec(part)?.[1];
}

function isInCluster(parts: string[], at: number): boolean {
  const [, start = ""] = /^(.*?)secrets?$/.exec(parts[at]!) ?? [];
  return CLUSTER_SECRET.includes(start || (parts[at - 1] ?? ""));
}

/** The words of a name in snake, kebab or camel case. */
function wordsOf(name: string): string[] {
  return words(name.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z])/g, "$1 $2"));
}

function words(text: string): string[] {
  return text.toLowerCase().split(/[^a-z\d]+/).filter((word) => word !== "");
}
