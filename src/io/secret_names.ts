/**
 * Which names people give to secrets, and which only to something about one.
 *
 * A name is taken apart into words. It is a secret's where one of them is a word for a secret, such as `password`, and
 * no word tells that something else stands there: a count (`max-tokens`), a reference (`secretName`, `tokenUrl`,
 * `secretStore`) or a Kubernetes Secret's name (`existingSecret`).
 *
 * @module
 */

/** What a word for a secret ends with. */
const NOUN =
  /(passw(?:or)?ds?|passphrases?|passcodes?|secrets?|tokens?|credentials?|creds?|(?:api|access|private|secret|signing|encryption|master|account|storage|shared|ssh)keys?)(?:value|data|text|string|base64|b64|\d+)?$/;
/** Words that are one only by themselves: they end other words too. */
const WHOLE_NOUNS = ["pass", "pwd"];
/** What makes a `key` behind it one that nobody else may have. */
const KEYS = ["api", "access", "private", "secret", "signing", "encryption", "master", "account", "storage"];

/** Words before a secret's that make a count, a switch or a reference of it. */
const BEFORE = words(
  "max maximum min minimum num number total count limit per existing enable enabled disable disabled use require " +
    "required automount create generate",
);
/** Words before `secret` for one that is an object in the cluster, so that its name stands there. */
const CLUSTER_SECRET = words(
  "existing pull imagepull tls ca cert certs certificate image ingress external sealed kubernetes k8s",
);
/** Words behind a secret's for something about it. */
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

/** `{name, value}` pairs keep what they are about under one of these. */
const VALUE_KEYS = ["value", "default", "defaultValue"];

/** Texts that are no secret under any name: switches, and templates that a controller fills in. */
const NO_SECRET = /^(?:|true|false|yes|no|on|off|none|null|nil|\{\{[^{}]*\}\}|\$\([^()]*\)|\$\{[^{}]*\})$/i;
/** Fewer digits under the name of a token count something. */
const MIN_TOKEN_DIGITS = 6;

/** The word for a secret in a name, such as `password`; `undefined` where what stands under the name is none. */
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

/** Whether a text may be what a word for a secret stands for. */
export function isTextOf(noun: string, text: string): boolean {
  if (NO_SECRET.test(text.trim())) return false;
  if (!noun.startsWith("token") || !/^\d+$/.test(text)) return true;
  // Of tokens in numbers there are many, of a token that is a number there is one.
  return noun === "token" && text.length >= MIN_TOKEN_DIGITS;
}

/**
 * Whether a key in an object that stands under a secret's name is one of those that hold no secret, such as `name` and
 * `key` of a reference, or the user beside a password.
 */
export function isAbout(key: string, siblings: string[]): boolean {
  const parts = wordsOf(key);
  if (key === "key" || key === "keys") {
    return ["name", "secretName", "path"].some((name) => siblings.includes(name));
  }
  return BEHIND.includes(parts.at(-1) ?? "") || (nounIndex(parts) !== -1 && secretNoun(key) === undefined);
}

/** The name that a pair such as `{name: password, value: x}` gives to what stands under the key. */
export function pairName({ name }: { name?: unknown }, key: string): string | undefined {
  return typeof name === "string" && VALUE_KEYS.includes(key) ? name : undefined;
}

/** Where the last word for a secret stands; -1 without one. */
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
