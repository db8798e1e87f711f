/**
 * A proxy in front of an API server that does to each request what a test wants: the network's and servers' faults.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import type { Upstream } from "../../lab/admin_client.ts";
import { HttpConnection, type HttpRequest } from "./http_connection.ts";
import { isCreate, isTrialCreate, isWatch } from "./requests.ts";

/** A certificate for 127.0.0.1, as PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** What the proxy saw of a request. */
export interface Seen {
  /** When it came, milliseconds of `performance.now()`. */
  at: number;
  method: string;
  /** Path and query. */
  path: string;
  /** The status of the API server's answer, if it was asked. */
  status?: number;
}

/** A body in pieces, each sent as soon as it is there. */
export type Pieces = AsyncIterable<Uint8Array | string>;

/** A request under a test's control. Exactly one of its methods ends it, or it stays without an answer. */
export interface Exchange {
  readonly seen: Seen;
  readonly request: HttpRequest;
  /** How many requests came before it. */
  readonly index: number;
  readonly isWatch: boolean;
  /** A create that is to be stored. */
  readonly isCreate: boolean;
  /** The connection, for answers that no HTTP server gives. */
  readonly connection: HttpConnection;
  /** Asks the API server. */
  forward(): Promise<Response>;
  /**
   * Asks the API server and passes its answer on, as it comes. `change` may rewrite a successful answer's body;
   * `headers` come in the place of the answer's.
   */
  pass(change?: (body: AsyncIterable<Uint8Array>) => Pieces, headers?: Record<string, string>): Promise<void>;
  /** Answers in the API server's place; an object becomes JSON. */
  answer(status: number, body: unknown, headers?: Record<string, string>): Promise<void>;
  /** Answers with 200 and these pieces, and ends the answer cleanly. */
  stream(pieces: Pieces): Promise<void>;
  /** Breaks the connection. */
  cut(): void;
}

/** What to do with a request; `undefined` passes it on. */
export type Rule = (exchange: Exchange) => Promise<void> | undefined;

/** Starts a proxy on a free port of 127.0.0.1. */
export function faultProxy(upstream: Upstream, certificate: Certificate): FaultProxy {
  const proxy = new FaultProxy(upstream);
  proxy.open(certificate);
  return proxy;
}

/** A running proxy. */
export class FaultProxy {
  /** Every request so far. */
  readonly seen: Seen[] = [];
  /** What happens to requests from now on. */
  rule: Rule = () => undefined;
  /** Changes each object that is created, where there is one to change. */
  mutate: ((object: { spec: JsonObject }) => void) | undefined;
  /** Where requests go from now on. */
  upstream: Upstream;
  readonly #open = new Set<HttpConnection>();
  #listener: Deno.TlsListener | undefined;
  #port = 0;

  constructor(upstream: Upstream) {
    this.upstream = upstream;
  }

  /** https://127.0.0.1:PORT */
  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Listens, after `refuse()` on the same port again. */
  open(certificate: Certificate): void {
    const listener = Deno.listenTls({ hostname: "127.0.0.1", port: this.#port, ...certificate });
    this.#listener = listener;
    this.#port = listener.addr.port;
    this.#accept(listener);
  }

  /** Breaks every connection that is open. */
  cutAll(): void {
    for (const connection of this.#open) connection.close();
    this.#open.clear();
  }

  /** Refuses new connections and breaks those that are open. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.cutAll();
  }

  async #accept(listener: Deno.TlsListener): Promise<void> {
    while (this.#listener === listener) {
      // A failed handshake means that the client refuses our certificate.
      const conn = await listener.accept().catch(() => undefined);
      if (conn) this.#serve(new HttpConnection(conn));
    }
  }

  async #serve(connection: HttpConnection): Promise<void> {
    this.#open.add(connection);
    try {
      for (let request = await connection.read(); request; request = await connection.read()) {
        const exchange = this.#exchange(connection, request);
        await (this.rule(exchange) ?? exchange.pass());
      }
    } catch {
      // The API server or the client is gone: so is the connection.
    } finally {
      this.#open.delete(connection);
      connection.close();
    }
  }

  #exchange(connection: HttpConnection, received: HttpRequest): Exchange {
    const { method, path } = received;
    const seen: Seen = { at: performance.now(), method, path };
    const request = this.#mutated(received, seen);
    const index = this.seen.push(seen) - 1;
    const forward = async () => {
      const answer = await this.#forward(request);
      seen.status = answer.status;
      return answer;
    };
    return {
      seen,
      request,
      index,
      isWatch: isWatch(seen),
      isCreate: isCreate(seen),
      connection,
      forward,
      async pass(change = (body) => body, headers = {}) {
        const answer = await forward();
        const body = answer.body ?? new Blob([]).stream();
        await write(
          connection,
          answer.status,
          { ...Object.fromEntries(answer.headers), ...headers },
          answer.ok ? change(body) : body,
        );
      },
      answer(status, body, headers = {}) {
        const type = typeof body === "string" ? "text/plain" : "application/json";
        const text = typeof body === "string" ? body : JSON.stringify(body);
        return write(connection, status, { "content-type": type, ...headers }, new Blob([text]).stream());
      },
      stream: (pieces) => write(connection, 200, { "content-type": "application/json" }, pieces),
      cut: () => connection.close(),
    };
  }

  #mutated(request: HttpRequest, seen: Seen): HttpRequest {
    if (!this.mutate || !isCreate(seen) && !isTrialCreate(seen)) return request;
    const object = JSON.parse(new TextDecoder().decode(request.body));
    this.mutate(object);
    return { ...request, body: new TextEncoder().encode(JSON.stringify(object)) };
  }

  async #forward({ method, path, headers, body }: HttpRequest): Promise<Response> {
    const kept = ["authorization", "accept", "content-type", "user-agent"].flatMap((name) => {
      const value = headers.get(name);
      return value === undefined ? [] : [[name, value] satisfies [string, string]];
    });
    return await fetch(`${this.upstream.server}${path}`, {
      method,
      headers: kept,
      body: body.length > 0 ? new Blob([body as BlobPart]).stream() : null,
      redirect: "manual",
      client: this.upstream.client,
    });
  }
}

/** Headers that belong to the connection with the API server, not to the one with the client. */
const HOP_HEADERS = ["content-length", "transfer-encoding", "connection", "content-encoding"];

async function write(
  connection: HttpConnection,
  status: number,
  headers: Record<string, string>,
  pieces: Pieces,
): Promise<void> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name));
  await connection.writeHead(status, Object.fromEntries(kept));
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    if (bytes.length > 0) await connection.writePiece(bytes);
  }
  await connection.writePiece(new Uint8Array(0));
}
