import { assertEquals } from "@std/assert";
import { filesOf, inClusterServer, readSource } from "../../src/kube/credentials.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

Deno.test("inClusterServer() is where Kubernetes mounts a pod's credentials", () => {
  assertEquals(inClusterServer("10.0.0.1", "443"), {
    server: "https://10.0.0.1:443",
    ca: { file: `${FOLDER}/ca.crt` },
    token: { file: `${FOLDER}/token` },
  });
});

Deno.test("inClusterServer() puts an IPv6 address in brackets", () => {
  assertEquals(inClusterServer("fd00::1", "6443").server, "https://[fd00::1]:6443");
});

Deno.test("filesOf() is every file of an access, and no text", () => {
  assertEquals(filesOf(inClusterServer("h", "1")), [`${FOLDER}/ca.crt`, `${FOLDER}/token`]);
  assertEquals(filesOf({ server: "s", ca: { text: "a" }, token: { text: "b" } }), []);
  const certificate = { chain: { file: "chain" }, key: { file: "key" } };
  assertEquals(filesOf({ server: "s", certificate }), ["chain", "key"]);
});

Deno.test("readSource() is the text, or the file's without the blanks and line ends around it", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "\r\n a b \r\n");
    assertEquals([await readSource({ text: " a\n" }), await readSource({ file })], [" a\n", "a b"]);
    await Deno.writeTextFile(file, "new");
    assertEquals(await readSource({ file }), "new");
  } finally {
    await Deno.remove(file);
  }
});
