/**
 * A certificate for this machine as pods reach it, of a CA of its own.
 *
 * @module
 */
import type { SignedCertificate } from "../../lab/certificate.ts";
import type { Space } from "./cluster.ts";
import { hostForPods } from "./pod_facing_server.ts";

/** What both certificates have in common: `openssl req` makes key and certificate at once. */
const NEW = [..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 1".split(" ")];

/** Makes CA and certificate in the test's folder, with `openssl`. */
export async function makeCertificate({ folder }: Space): Promise<SignedCertificate> {
  const host = await hostForPods();
  const isAddress = /^[\d.]+$/.test(host);
  const path = (name: string) => `${folder}/${name}`;
  await openssl(...NEW, "-subj", "/CN=e2e CA", "-keyout", path("ca.key"), "-out", path("ca.crt"));
  await openssl(
    ...NEW,
    ...["-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-subj", "/CN=e2e server"],
    ...["-addext", `subjectAltName=${isAddress ? "IP" : "DNS"}:${host}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-keyout", path("server.key"), "-out", path("server.crt")],
  );
  const [cert, key, ca] = await Promise.all(
    ["server.crt", "server.key", "ca.crt"].map((name) => Deno.readTextFile(path(name))),
  );
  return { cert: cert!, key: key!, ca: ca! };
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, stdin: "null" }).output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
