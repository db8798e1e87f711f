/**
 * Proxies on loopback that count what goes through them.
 *
 * @module
 */

/** A running proxy; leaving its scope ends it. */
export interface Proxy extends Disposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What it was asked for: `127.0.0.1:6443`, and the credentials that came along. */
  readonly asked: { target: string; authorization?: string }[];
}

/** Answers a client's greeting. Returns what it asks for, once the way is free. */
type Greet = (client: Deno.Conn, asked: Proxy["asked"]) => Promise<{ target: string; granted: Uint8Array }>;

/** An HTTP proxy: https://www.rfc-editor.org/rfc/rfc9110#name-connect */
export function connectProxy(): Proxy {
  return proxy(async (client, asked) => {
    const head = new TextDecoder().decode(await readSome(client));
    const [, target = ""] = /^CONNECT (\S+) /.exec(head) ?? [];
    const [, authorization] = /^proxy-authorization: (.*)\r$/im.exec(head) ?? [];
    asked.push({ target, ...(authorization === undefined ? {} : { authorization }) });
    return { target, granted: new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n") };
  });
}

/** A SOCKS proxy for IPv4 addresses without credentials: https://www.rfc-editor.org/rfc/rfc1928 */
export function socksProxy(): Proxy {
  return proxy(async (client, asked) => {
    await readSome(client);
    await client.write(new Uint8Array([5, 0]));
    const request = await readSome(client);
    const target = `${request.slice(4, 8).join(".")}:${request[8]! * 256 + request[9]!}`;
    asked.push({ target });
    return { target, granted: new Uint8Array([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]) };
  });
}

function proxy(greet: Greet): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: Proxy["asked"] = [];
  const open = new Set<Deno.Conn>();
  const serve = async (client: Deno.Conn) => {
    const { target, granted } = await greet(client, asked);
    const [hostname = "", port] = target.split(":");
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(server);
    await client.write(granted);
    await Promise.all([client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
  };
  (async () => {
    for await (const client of listener) {
      open.add(client);
      // Either side may close at any time.
      serve(client).catch(() => {});
    }
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    asked,
    [Symbol.dispose]() {
      listener.close();
      for (const each of open) close(each);
    },
  };
}

async function readSome(conn: Deno.Conn): Promise<Uint8Array> {
  const bytes = new Uint8Array(4_096);
  return bytes.slice(0, await conn.read(bytes) ?? 0);
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Its streams have closed it.
  }
}
