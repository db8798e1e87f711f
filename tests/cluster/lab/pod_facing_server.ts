/**
 * A server of the test that pods of the cluster reach.
 *
 * @module
 */
import type { SignedCertificate } from "../../lab/certificate.ts";
import { adminClient, type AnyObject } from "./objects.ts";

/** Who may ask a server. */
export interface Credentials {
  username: string;
  password: string;
}

/** What a server demands. */
export interface ServerOptions {
  /** The certificate for TLS. */
  certificate?: SignedCertificate;
  /** The credentials (basic authentication) without which it refuses requests. */
  credentials?: Credentials;
}

/** A server, which stops when its scope ends. */
export interface PodFacingServer extends AsyncDisposable {
  /** Host and port, as pods reach it. */
  address: string;
  /** The paths that were asked for with success, in order. */
  served: string[];
}

/** Answers the path of a request; `undefined`: 404. */
export type Answer = (path: string) => Response | undefined;

/** Starts a server on a free port. */
export async function startPodFacingServer(
  answer: Answer,
  { certificate, credentials }: ServerOptions = {},
): Promise<PodFacingServer> {
  const host = await hostForPods();
  const served: string[] = [];
  const respond = (request: Request): Response => {
    if (credentials && request.headers.get("authorization") !== basic(credentials)) {
      return new Response("who are you?", {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="e2e"' },
      });
    }
    const path = new URL(request.url).pathname;
    const response = answer(path);
    if (response) served.push(path);
    return response ?? new Response("not here", { status: 404 });
  };
  const over = new AbortController();
  const options = { hostname: "0.0.0.0", port: 0, signal: over.signal, onListen() {} };
  const server = certificate
    ? Deno.serve({ ...options, cert: certificate.cert, key: certificate.key }, respond)
    : Deno.serve(options, respond);
  return {
    address: `${host}:${server.addr.port}`,
    served,
    async [Symbol.asyncDispose]() {
      over.abort();
      await server.finished;
    },
  };
}

function basic({ username, password }: Credentials): string {
  return `Basic ${btoa(`${username}:${password}`)}`;
}

let host: Promise<string> | undefined;

/** This machine as pods reach it: `E2E_HOST`, or its address in the network of a node. */
export function hostForPods(): Promise<string> {
  return host ??= findHost();
}

async function findHost(): Promise<string> {
  const given = Deno.env.get("E2E_HOST");
  if (given) return given;
  const { items } = await adminClient().find("/api/v1/nodes") as unknown as { items: AnyObject[] };
  const nodes: string[] = items.flatMap(({ status }) => status.addresses ?? [])
    .filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  const own = Deno.networkInterfaces().find(({ family, address, netmask }) =>
    family === "IPv4" && nodes.some((node) => network(node, netmask) === network(address, netmask))
  );
  if (own) return own.address;
  throw new Error(
    `This machine has no address in the network of a node (${
      nodes.join(", ")
    }): set E2E_HOST to the one that pods reach`,
  );
}

function network(address: string, netmask: string): number {
  return toNumber(address) & toNumber(netmask);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}
