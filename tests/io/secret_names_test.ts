import { assertEquals } from "@std/assert";
import { isAbout, isTextOf, secretNoun } from "../../src/io/secret_names.ts";

/** Names of secrets, and the word for a secret in each. */
const secrets: Record<string, string> = {
  "password": "password",
  "PASSWORD": "password",
  "passwd": "passwd",
  "dbPassword": "password",
  "DB_PASSWORD": "password",
  "PGPASSWORD": "password",
  "root-password": "password",
  "rootpassword": "password",
  "miniopassword": "password",
  "miniosecretkey": "secretkey",
  "keyStorePassword": "password",
  "userPassword": "password",
  "password1": "password",
  "passwordHash": "password",
  "passwords": "passwords",
  "SMTP_PASS": "pass",
  "MYSQL_PWD": "pwd",
  "passphrase": "passphrase",
  "secret": "secret",
  "clientSecret": "secret",
  "client_secret": "secret",
  "jwt-secret": "secret",
  "cookieSecret": "secret",
  "secretValue": "secret",
  "secrets": "secrets",
  "token": "token",
  "TOKEN": "token",
  "github-token": "token",
  "tokenForGithub": "token",
  "token-github": "token",
  "refreshToken": "token",
  "accessTokens": "tokens",
  "authtoken": "token",
  "api-key": "key",
  "apiKey": "key",
  "APIKey": "key",
  "API_KEY": "key",
  "apikey": "apikey",
  "accessKey": "key",
  "AWS_SECRET_ACCESS_KEY": "key",
  "aws.accessKeyId": "key",
  "private_key": "key",
  "secretKey": "key",
  "encryptionKey": "key",
  "credentials": "credentials",
  "credential": "credential",
  "creds": "creds",
};

for (const [name, noun] of Object.entries(secrets)) {
  Deno.test(`secretNoun() of ${name} is ${noun}`, () => assertEquals(secretNoun(name), noun));
}

const others = [
  // Counts.
  ...[
    "max-tokens",
    "maxTokens",
    "MAX_TOKENS",
    "max_tokens",
    "maxtokens",
    "min-tokens",
    "numTokens",
    "tokenLimit",
  ],
  ...["token-limit", "token_count", "tokensPerMinute", "total_tokens", "tokenBudget", "passwordMinLength"],
  ...["minPasswordLength", "token-ttl", "tokenExpiry", "tokenExpirationSeconds", "secret-rotation-days"],
  // References to where a secret is kept.
  ...[
    "secret-store",
    "secretStore",
    "secretStoreRef",
    "secrets-manager",
    "secretProviderClass",
    "tokenUrl",
    "token-uri",
  ],
  ...[
    "tokenEndpoint",
    "tokenIssuer",
    "tokenAudience",
    "passwordFile",
    "PASSWORD_FILE",
    "secretPath",
    "secret-backend",
  ],
  ...["tokenHeader", "credentialsMode", "tokenType", "passwordPolicy", "api-key-header", "privateKeyFile"],
  // Names of Secrets in the cluster.
  ...["secretName", "secret-name", "secretname", "caSecretName", "passwordSecretName", "existingSecret"],
  ...[
    "existing-secret",
    "existingsecret",
    "existingSecretName",
    "existingSecretPasswordKey",
    "secretRef",
    "secretKeyRef",
  ],
  ...[
    "secretRefs",
    "passwordFrom",
    "imagePullSecrets",
    "imagePullSecret",
    "pullSecrets",
    "tlsSecret",
    "caSecret",
  ],
  ...[
    "certificateSecret",
    "externalSecret",
    "passwordKey",
    "adminPasswordKey",
    "tokenKey",
    "secretNamespace",
  ],
  ...["apiKeySecretRef", "privateKeySecretRef", "credentialsSecretName", "tokenVar", "passwordEnv"],
  // Switches.
  ...[
    "automountServiceAccountToken",
    "useToken",
    "requirePassword",
    "tokenEnabled",
    "createSecret",
    "disablePassword",
  ],
  // Other words.
  ...[
    "user",
    "key",
    "publicKey",
    "sortKey",
    "tokenizer",
    "secretary",
    "bypass",
    "PWD",
    "author",
    "compass",
    "monkey",
    "",
  ],
];

for (const name of others) {
  Deno.test(`secretNoun() of ${JSON.stringify(name)} is undefined`, () =>
    assertEquals(secretNoun(name), undefined));
}

const texts: [noun: string, text: string, isSecret: boolean][] = [
  ["password", "hunter2", true],
  ["password", "1234", true],
  ["password", "true", false],
  ["password", "None", false],
  ["password", "", false],
  ["password", "{{inputs.parameters.password}}", false],
  ["password", "$(PASSWORD)", false],
  ["password", "${PASSWORD}", false],
  ["password", "x{{inputs.parameters.password}}", true],
  ["token", "abc", true],
  ["token", "4096", false],
  ["token", "123456", true],
  ["tokens", "200000", false],
  ["tokens", "abc", true],
];

for (const [noun, text, isSecret] of texts) {
  Deno.test(`isTextOf() of ${noun} ${isSecret ? "takes" : "leaves"} ${JSON.stringify(text)}`, () => {
    assertEquals(isTextOf(noun, text), isSecret);
  });
}

Deno.test("isAbout() distinguishes keys of references and of users from keys of secrets", () => {
  for (
    const key of ["name", "secretName", "namespace", "user", "username", "url", "valueFrom", "secretKeyRef"]
  ) {
    assertEquals([key, isAbout(key, [key])], [key, true]);
  }
  for (const key of ["db", "password", "github", "value", "key"]) {
    assertEquals([key, isAbout(key, [key])], [key, false]);
  }
  assertEquals(isAbout("key", ["name", "key"]), true);
});
