import { assertEquals, assertStringIncludes } from "@std/assert";
import { proxyProblem, serverProblem } from "../../src/kube/server_url.ts";

const servers = [
  "https://a.example.org",
  "https://a.example.org:6443",
  "https://10.0.0.1:443/k8s/clusters/c",
  "https://[fd00::1]:6443",
  "http://127.0.0.1:8001",
  "http://localhost:8001",
  "http://[::1]:8001",
];

for (const server of servers) {
  Deno.test(`serverProblem() has nothing against ${server}`, () => {
    assertEquals(serverProblem(server), undefined);
  });
}

const refused: [server: string, problem: string][] = [
  ["a.example.org:6443", "is not an https:// URL"],
  ["http://a.example.org", "is not an https:// URL"],
  ["https://a:99999", "is not an https:// URL"],
  ["https://a b", "is not an https:// URL"],
  ["https://a:9", 'server "https://a:9" has port 9, which is blocked'],
  ["https://a:6000/x", "has port 6000, which is blocked"],
  ["https://a:6667", "has port 6667, which is blocked"],
  ["https://a:10080", "has port 10080, which is blocked"],
  ["https://a/?x=1", "has a query or fragment"],
  ["https://a/#x", "has a query or fragment"],
  ["https://me@a", "has a user name or password"],
];

for (const [server, problem] of refused) {
  Deno.test(`serverProblem() refuses ${server}`, () => {
    assertStringIncludes(serverProblem(server) ?? "", problem);
  });
}

Deno.test("proxyProblem() has nothing against HTTP, HTTPS and SOCKS5", () => {
  for (const proxy of ["http://proxy:3128", "https://me:secret@proxy", "socks5://[::1]:1080"]) {
    assertEquals(proxyProblem(proxy), undefined, proxy);
  }
});

Deno.test("proxyProblem() refuses everything else", () => {
  for (const proxy of ["proxy:3128", "proxy", "ftp://proxy", "http://", "socks4://proxy"]) {
    assertStringIncludes(proxyProblem(proxy) ?? "", "is not an http://, https:// or socks5:// URL");
  }
});
