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

/** A certificate of a CA of its own: one of two for 127.0.0.1, or the one for `[::1]`. */
export function certificate(which: "first" | "second" | "ipv6"): SignedCertificate {
  const read = (name: string) => Deno.readTextFileSync(new URL(`../testdata/tls/${name}`, import.meta.url));
  return { cert: read(`${which}.crt`), key: read(`${which}.key`), ca: read(`${which}-ca.crt`) };
}
