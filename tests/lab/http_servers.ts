/**
 * Servers on loopback for the client under test: HTTP servers, and TCP servers that break the rules of HTTP.
 *
 * @module
 */
import type { KubeObject } from "../../src/kube/client.ts";

export const REF = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "demo", namespace: "team" };
export const WORKFLOW: KubeObject = {
  apiVersion: REF.apiVersion,
  kind: REF.kind,
  metadata: { name: REF.name, namespace: REF.namespace, uid: "uid-1" },
  spec: { entrypoint: "main" },
};

/** Defines a test whose client keeps its connections: a KubeClient is never closed. */
export function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeResources: false });
}

/** A request that a server received. */
export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: string;
}

/** Runs a test against a server. `answer` returns a Response, or a value that is sent as JSON. */
export async function serving(
  answer: (asked: Asked, count: number) => Response | Promise<Response> | object,
  test: (server: string, asked: Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {}, onError }, async (request) => {
    const { pathname: path, searchParams } = new URL(request.url);
    const { method, headers } = request;
    const body = await request.text();
    asked.push({ method, path, query: Object.fromEntries(searchParams), headers, body });
    const answered = await answer(asked.at(-1)!, asked.length);
    return answered instanceof Response ? answered : Response.json(answered);
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    // Not awaited, since an answer that never ends would delay it.
    server.shutdown().catch(() => {});
  }
}

function onError(): Response {
  return new Response(null, { status: 500 });
}

/** A request on a TCP connection, with the functions to answer it. */
export interface RawRequest {
  text: string;
  /** 1 for the first connection that was opened, and so on. */
  connection: number;
  send(text: string): Promise<void>;
  close(): void;
}

/** Runs a test against a TCP server, for answers that no HTTP server gives. */
export async function servingRaw(
  onRequest: (request: RawRequest, count: number) => void | Promise<void>,
  test: (server: string, requests: string[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  const open = new Set<Deno.Conn>();
  let connections = 0;
  const serve = async (conn: Deno.Conn) => {
    open.add(conn);
    const connection = ++connections;
    const close = () => {
      if (open.delete(conn)) conn.close();
    };
    const send = async (text: string) => void await conn.write(new TextEncoder().encode(text));
    for (let text = await readRequest(conn); text !== ""; text = await readRequest(conn)) {
      requests.push(text);
      await onRequest({ text, connection, send, close }, requests.length);
    }
    close();
  };
  const accept = async () => {
    for await (const conn of listener) serve(conn).catch(() => {});
  };
  const accepted = accept().catch(() => {});
  const { port } = listener.addr as Deno.NetAddr;
  try {
    await test(`http://127.0.0.1:${port}`, requests);
  } finally {
    listener.close();
    for (const conn of open) conn.close();
    open.clear();
    await accepted;
  }
}

/** Reads one whole request: its head, and its body if it has one. */
async function readRequest(conn: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";
  while (!isWhole(text)) {
    const count = await conn.read(buffer);
    if (count === null) return "";
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

function isWhole(text: string): boolean {
  const [head = "", body] = text.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  if (/^transfer-encoding: chunked/im.test(head)) return body.endsWith("0\r\n\r\n");
  return body.length >= Number(head.match(/^content-length: (\d+)/im)?.[1] ?? 0);
}

/** The text of an HTTP answer with a length, after which the connection stays open. */
export function keptAliveAnswer(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** The text of an HTTP answer without a length: its body ends with the connection. */
export function rawAnswer(body: string, more = ""): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n${more}\r\n${body}`;
}

/** A URL on which nothing listens. */
export function deadServer(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return `http://127.0.0.1:${port}`;
}
