/**
 * What is wrong with a client certificate and its key. Most of these problems make Deno end the whole program, which
 * then could report nothing.
 *
 * @module
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import { messageOf } from "../errors.ts";

/** Fewest bits of an RSA key: https://docs.rs/aws-lc-rs/latest/aws_lc_rs/signature/static.RSA_PKCS1_SHA256.html */
const MIN_RSA_BITS = 2_048;
/** https://docs.rs/rustls/latest/rustls/crypto/aws_lc_rs/sign/fn.any_supported_type.html */
const CURVES = ["prime256v1", "secp384r1", "secp521r1"];
/** The tag of a certificate's version, which is absent in version 1: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
const VERSION_TAG = 0xa0;

/** A client certificate and its key as PEM. */
export interface ClientCertificate {
  /** The certificate, followed by the certificates of its issuers. */
  chain: string;
  key: string;
}

/**
 * Why a client certificate cannot be used, or `undefined`.
 *
 * @param now milliseconds since 1970
 */
export async function certificateProblem(
  { chain, key }: ClientCertificate,
  now: number,
): Promise<string | undefined> {
  // Loaded only here: in a cluster the run has a token, and nothing else needs the module.
  const { X509Certificate, createPrivateKey } = await import("node:crypto");
  const certificate = attempt(() => new X509Certificate(chain));
  if (typeof certificate === "string") return "The client certificate is no PEM certificate";
  const privateKey = attempt(() => createPrivateKey(keyBlock(key)));
  if (typeof privateKey === "string") return `The client key is no PEM key that can be used: ${privateKey}`;
  return problemOfCertificate(certificate, now) ?? problemOfKey(privateKey) ??
    (certificate.checkPrivateKey(privateKey)
      ? undefined
      : "The client key is not that of the client certificate");
}

function attempt<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return messageOf(error);
  }
}

/** The key in a file that may also hold parameters and certificates. */
function keyBlock(text: string): string {
  return /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/.exec(text)?.[0] ?? "";
}

function problemOfCertificate(certificate: X509Certificate, now: number): string | undefined {
  const end = new Date(certificate.validTo);
  if (end.getTime() < now) return `The client certificate has expired on ${end.toISOString().slice(0, 19)}Z`;
  if (!hasVersion(certificate.raw)) {
    return "The client certificate is one of X.509 version 1, which cannot be used, expected version 3";
  }
}

/** Whether a DER certificate has a version: the first element of the second sequence. */
function hasVersion(der: Uint8Array): boolean {
  const headerLength = (at: number) => 2 + (der[at + 1]! < 0x80 ? 0 : der[at + 1]! & 0x7f);
  const second = headerLength(0);
  return der[second + headerLength(second)] === VERSION_TAG;
}

function problemOfKey(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
): string | undefined {
  if (type === "ed25519") return undefined;
  if (type === "rsa") {
    const bits = details?.modulusLength ?? 0;
    if (bits >= MIN_RSA_BITS) return undefined;
    return `The client key is an RSA key of ${bits} bits, expected ${MIN_RSA_BITS} or more`;
  }
  if (type === "ec" && CURVES.includes(details?.namedCurve ?? "")) return undefined;
  return `The client key is ${[type, details?.namedCurve].filter(Boolean).join(" ")}, which cannot be used`;
}
