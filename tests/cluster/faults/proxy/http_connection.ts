/**
 * The server's side of one HTTP/1.1 connection, in full control of every byte: Deno's own servers cannot break a
 * connection before they have answered.
 *
 * @module
 */

/** A request as it came. */
export interface HttpRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** By names in lower case. */
  headers: Map<string, string>;
  body: Uint8Array;
}

const CRLF = "\r\n";

/** Reads requests from a connection and writes answers to it. */
export class HttpConnection {
  readonly #conn: Deno.Conn;
  /** What has been read and not been used. */
  #rest = new Uint8Array(0);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next request, or `undefined` when the client is gone. */
  async read(): Promise<HttpRequest | undefined> {
    const head = await this.#readUntil(CRLF + CRLF);
    if (head === undefined) return undefined;
    const [requestLine = "", ...lines] = head.split(CRLF);
    const [method = "", path = ""] = requestLine.split(" ");
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    return { method, path, headers, body: await this.#readBody(headers) };
  }

  /** Writes the head of an answer whose body follows in pieces. */
  async writeHead(status: number, headers: Record<string, string>): Promise<void> {
    const lines = Object.entries({ ...headers, "transfer-encoding": "chunked" }).map(([k, v]) =>
      `${k}: ${v}`
    );
    await this.writeRaw([`HTTP/1.1 ${status} X`, ...lines, "", ""].join(CRLF));
  }

  /** Writes a piece of the body; an empty one ends it. */
  async writePiece(piece: Uint8Array): Promise<void> {
    await this.writeRaw(`${piece.length.toString(16)}${CRLF}`);
    await this.writeRaw(piece);
    await this.writeRaw(CRLF);
  }

  /** Writes bytes as they are. */
  async writeRaw(data: Uint8Array | string): Promise<void> {
    let bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
  }

  /** Breaks the connection. */
  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Broken already.
    }
  }

  async #readBody(headers: Map<string, string>): Promise<Uint8Array> {
    if (headers.get("transfer-encoding") !== "chunked") {
      return await this.#readBytes(Number(headers.get("content-length") ?? 0));
    }
    const pieces: Uint8Array[] = [];
    while (true) {
      const size = parseInt(await this.#readUntil(CRLF) ?? "0", 16);
      pieces.push(await this.#readBytes(size));
      await this.#readUntil(CRLF);
      if (size === 0) return concat(pieces);
    }
  }

  async #readUntil(end: string): Promise<string | undefined> {
    const decoder = new TextDecoder();
    while (true) {
      // The head of a request is ASCII: one character a byte.
      const at = decoder.decode(this.#rest).indexOf(end);
      if (at >= 0) return decoder.decode(this.#take(at + end.length)).slice(0, -end.length);
      if (!await this.#readMore()) return undefined;
    }
  }

  async #readBytes(size: number): Promise<Uint8Array> {
    while (this.#rest.length < size && await this.#readMore());
    return this.#take(size);
  }

  #take(size: number): Uint8Array {
    const taken = this.#rest.slice(0, size);
    this.#rest = this.#rest.slice(size);
    return taken;
  }

  async #readMore(): Promise<boolean> {
    const buffer = new Uint8Array(64 * 1024);
    const size = await this.#conn.read(buffer).catch(() => null);
    if (size === null) return false;
    this.#rest = concat([this.#rest, buffer.subarray(0, size)]);
    return true;
  }
}

function concat(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}
