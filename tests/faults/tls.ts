/**
 * Certificates for servers on loopback.
 *
 * @module
 */

/** A server's certificate and key with the CA that signed it, as PEM. */
export interface SignedCertificate {
  cert: string;
  key: string;
  ca: string;
}

/** One of two certificates for 127.0.0.1, each of a CA of its own. */
export function certificate(which: "first" | "second"): SignedCertificate {
  const read = (name: string) => Deno.readTextFileSync(new URL(`../testdata/tls/${name}`, import.meta.url));
  return { cert: read(`${which}.crt`), key: read(`${which}.key`), ca: read(`${which}-ca.crt`) };
}
