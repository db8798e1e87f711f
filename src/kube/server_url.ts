/**
 * What is wrong with the URLs of API servers and of their proxies. This module imports no dependency.
 *
 * @module
 */

/** Ports that fetch must refuse, as Deno does from 2.9 on: https://fetch.spec.whatwg.org/#port-blocking */
// deno-fmt-ignore
const BLOCKED_PORTS = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/** Protocols of proxies, as kubectl's: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#Cluster */
const PROXY_PROTOCOLS = ["http:", "https:", "socks5:"];

/** What is wrong with an API server's URL, or `undefined`. */
export function serverProblem(server: string): string | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  // The message leaves the URL out, since it may hold a password.
  if (url?.username || url?.password) return "the server's URL has a user name or password, expected none";
  if (!url || !isSecure(url)) {
    return `server ${JSON.stringify(server)} is not an https:// URL (http:// is for this machine only)`;
  }
  if (url.search || url.hash) {
    return `server ${JSON.stringify(server)} has a query or fragment, expected none`;
  }
  if (url.port && BLOCKED_PORTS.includes(Number(url.port))) {
    return `server ${
      JSON.stringify(server)
    } has port ${url.port}, which is blocked (https://fetch.spec.whatwg.org/#port-blocking)`;
  }
}

/** Plain HTTP exposes the token, except on loopback (`kubectl proxy`), where nothing leaves the machine. */
function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" ||
    protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** What is wrong with a proxy's URL, or `undefined`. The message leaves the URL out, since it may hold a password. */
export function proxyProblem(proxy: string): string | undefined {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url && PROXY_PROTOCOLS.includes(url.protocol) && url.hostname !== "") return undefined;
  return "has a proxy-url that is not an http://, https:// or socks5:// URL";
}
