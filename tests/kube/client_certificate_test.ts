import { assertEquals, assertStringIncludes } from "@std/assert";
import { certificateProblem } from "../../src/kube/client_certificate.ts";

const FOLDER = new URL("../testdata/tls/", import.meta.url);
const NOW = Date.parse("2026-12-01T00:00:00Z");

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

const chain = read("first.crt");
const key = read("first.key");

Deno.test("certificateProblem() has nothing against a certificate and its key", async () => {
  assertEquals(await certificateProblem({ chain, key }, NOW), undefined);
});

Deno.test("certificateProblem() finds both in files that hold more", async () => {
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  assertEquals(
    await certificateProblem({ chain: chain + read("first-ca.crt"), key: parameters + chain + key }, NOW),
    undefined,
  );
});

Deno.test("certificateProblem() tells when a certificate has expired", async () => {
  const expired = { chain: read("expired.crt"), key: read("expired.key") };
  assertEquals(
    await certificateProblem(expired, NOW),
    "The client certificate has expired on 2026-06-01T00:00:00Z",
  );
  assertEquals(await certificateProblem(expired, Date.parse("2026-05-31T00:00:00Z")), undefined);
});

const refused: [what: string, pair: { chain: string; key: string }, problem: string][] = [
  ["no PEM as certificate", { chain: "hello", key }, "The client certificate is no PEM certificate"],
  ["a key as certificate", { chain: key, key }, "The client certificate is no PEM certificate"],
  [
    "a certificate that is cut",
    { chain: chain.slice(0, 200) + chain.slice(chain.indexOf("-----END")), key },
    "The client certificate is no PEM certificate",
  ],
  ["no PEM as key", { chain, key: "hello" }, "The client key is no PEM key"],
  ["a certificate as key", { chain, key: chain }, "The client key is no PEM key"],
  [
    "another's key",
    { chain, key: read("second.key") },
    "The client key is not that of the client certificate",
  ],
  [
    "a certificate of version 1",
    { chain: read("version1.crt"), key: read("version1.key") },
    "X.509 version 1",
  ],
  [
    "a short RSA key",
    { chain: read("short.crt"), key: read("short.key") },
    "RSA key of 1024 bits, expected 2048",
  ],
  ["a curve that TLS does not use", { chain: read("curve.crt"), key: read("curve.key") }, "is ec secp256k1"],
];

for (const [what, pair, problem] of refused) {
  Deno.test(`certificateProblem() refuses ${what}`, async () => {
    assertStringIncludes(await certificateProblem(pair, NOW) ?? "", problem);
  });
}
