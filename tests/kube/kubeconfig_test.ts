import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InvalidInputError } from "../../src/errors.ts";
import type { ApiServer } from "../../src/kube/credentials.ts";
import { readKubeconfig } from "../../src/kube/kubeconfig.ts";

type Part = Record<string, unknown>;

/** A kubeconfig with one context, cluster and user, all named `a`. */
function aConfig(
  { cluster = {}, user = {}, ...more }: { cluster?: Part; user?: Part; [key: string]: unknown } = {},
): Part {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    clusters: [{ name: "a", cluster: { server: "https://a.example.org:6443", ...cluster } }],
    users: [{ name: "a", user }],
    ...more,
  };
}

/** Loads kubeconfigs, each written to a file `0`, `1`, … of one folder. */
async function load(...configs: (Part | string)[]): Promise<{ access: ApiServer; folder: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = configs.map((_config, index) => `${folder}/${index}`);
    for (const [index, config] of configs.entries()) {
      const text = typeof config === "string" ? config : JSON.stringify(config);
      await Deno.writeTextFile(`${folder}/${index}`, text);
    }
    return { access: await readKubeconfig(paths), folder };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function accessOf(...configs: (Part | string)[]): Promise<ApiServer> {
  return (await load(...configs)).access;
}

Deno.test("readKubeconfig() is the access of the current context", async () => {
  assertEquals(await accessOf(aConfig({ user: { token: "secret" } })), {
    server: "https://a.example.org:6443",
    token: { text: "secret" },
  });
});

Deno.test("readKubeconfig() reads YAML, with comments and blocks", async () => {
  const text = `# mine
apiVersion: v1
kind: Config
current-context: a
contexts:
- name: a
  context: {cluster: c, user: u, namespace: team}
clusters:
- name: c
  cluster: {server: "https://[fd00::1]:6443/"}
users:
- name: u
  user: {token: secret}
`;
  assertEquals(await accessOf(text), { server: "https://[fd00::1]:6443", token: { text: "secret" } });
});

Deno.test("readKubeconfig() keeps a server's path and cuts the slashes after it", async () => {
  const { server } = await accessOf(aConfig({ cluster: { server: "https://a/k8s/clusters/c//" } }));
  assertEquals(server, "https://a/k8s/clusters/c");
});

Deno.test("readKubeconfig() takes certificates from the file itself", async () => {
  const access = await accessOf(aConfig({
    cluster: { "certificate-authority-data": btoa("the CA") },
    user: { "client-certificate-data": btoa("the chain"), "client-key-data": btoa("the key") },
  }));
  assertEquals(access.ca, { text: "the CA" });
  assertEquals(access.certificate, { chain: { text: "the chain" }, key: { text: "the key" } });
});

Deno.test("readKubeconfig() takes files relative to its own folder", async () => {
  const { access, folder } = await load(aConfig({
    cluster: { "certificate-authority": "pki/ca.crt" },
    user: { "client-certificate": "a.crt", "client-key": "/etc/a.key", tokenFile: "token" },
  }));
  assertEquals(access, {
    server: "https://a.example.org:6443",
    ca: { file: `${folder}/pki/ca.crt` },
    certificate: { chain: { file: `${folder}/a.crt` }, key: { file: "/etc/a.key" } },
    token: { file: `${folder}/token` },
  });
});

Deno.test("readKubeconfig() prefers a token's file, which may be rotated, to its text", async () => {
  const { token } = await accessOf(aConfig({ user: { token: "old", tokenFile: "/var/token" } }));
  assertEquals(token, { file: "/var/token" });
});

Deno.test("readKubeconfig() takes the proxy of the cluster", async () => {
  const { proxyUrl } = await accessOf(aConfig({ cluster: { "proxy-url": "http://proxy:3128" } }));
  assertEquals(proxyUrl, "http://proxy:3128");
});

Deno.test("readKubeconfig() merges several files: the first to name something wins", async () => {
  const second = aConfig({ cluster: { server: "https://second" }, user: { tokenFile: "/second" } });
  assertEquals(
    await accessOf(aConfig({ user: { tokenFile: "/first" } }), { ...second, "current-context": "b" }),
    {
      server: "https://a.example.org:6443",
      token: { file: "/first" },
    },
  );
});

Deno.test("readKubeconfig() puts a context together from several files", async () => {
  const contexts = {
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
  };
  const clusters = { clusters: [{ name: "c", cluster: { server: "https://c" } }] };
  const users = { users: [{ name: "u", user: { token: "secret" } }] };
  assertEquals(await accessOf(contexts, clusters, users), { server: "https://c", token: { text: "secret" } });
});

Deno.test("readKubeconfig() does not give one file's token file to another file's user of the name", async () => {
  const access = await accessOf(
    aConfig({ user: { token: "first" } }),
    aConfig({ user: { tokenFile: "/second" } }),
  );
  assertEquals(access.token, { text: "first" });
});

for (const server of ["http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:8001"]) {
  Deno.test(`readKubeconfig() accepts ${server}, which leaves the machine never`, async () => {
    assertEquals((await accessOf(aConfig({ cluster: { server } }))).server, server);
  });
}

const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "aws" };

const refused: [row: string, what: string, config: Part | string, problem: string][] = [
  ["43", "no current context", aConfig({ "current-context": "" }), "has no current-context"],
  ["43", "an unknown current context", aConfig({ "current-context": "x" }), 'has no context "x"'],
  ["43", "an unknown cluster", aConfig({ clusters: [] }), 'has no cluster "a"'],
  ["43", "an unknown user", aConfig({ users: [] }), 'has no user "a"'],
  [
    "43",
    "a context without a user",
    aConfig({ contexts: [{ name: "a", context: { cluster: "a" } }] }),
    "has no user in",
  ],
  [
    "43",
    "a cluster without a server",
    aConfig({ clusters: [{ name: "a", cluster: {} }] }),
    'has no cluster "a" with a',
  ],
  ["43", "malformed YAML", "a: [1", "is not YAML: "],
  ["43", "a list", "[1, 2]", "is a list, expected an object"],
  ["43", "a text", "hello", "is a string, expected an object"],
  ["43", "nothing in it", "", "is empty"],
  ["44", "an exec user", aConfig({ user: { exec } }), 'user "a" has exec, which is not supported'],
  [
    "44",
    "an auth-provider user",
    aConfig({ user: { "auth-provider": { name: "oidc", config: {} } } }),
    'user "a" has auth-provider, which is not supported',
  ],
  [
    "45",
    "a certificate without its key",
    aConfig({ user: { "client-certificate": "a.crt" } }),
    "has a client certificate without its key",
  ],
  [
    "45",
    "a key without its certificate",
    aConfig({ user: { "client-key-data": btoa("key") } }),
    "has a client key without its certificate",
  ],
  [
    "45",
    "a certificate that is not base64",
    aConfig({ user: { "client-certificate-data": "%", "client-key-data": btoa("key") } }),
    "has a client-certificate-data that is not base64",
  ],
  [
    "46",
    "a CA that is not base64",
    aConfig({ cluster: { "certificate-authority-data": "%" } }),
    "has a certificate-authority-data that is not base64",
  ],
  [
    "46",
    "insecure-skip-tls-verify",
    aConfig({ cluster: { "insecure-skip-tls-verify": true } }),
    'cluster "a" has insecure-skip-tls-verify, which is not supported',
  ],
  [
    "47",
    "tls-server-name",
    aConfig({ cluster: { "tls-server-name": "b" } }),
    'cluster "a" has tls-server-name, which is not supported',
  ],
  [
    "47",
    "a proxy-url without a protocol",
    aConfig({ cluster: { "proxy-url": "proxy:3128" } }),
    'cluster "a" has a proxy-url that is not an http://',
  ],
  ["48", "plain HTTP", aConfig({ cluster: { server: "http://a.example.org" } }), "is not an https:// URL"],
  [
    "48",
    "plain HTTP that looks local",
    aConfig({ cluster: { server: "http://localhost.example.org" } }),
    "https://",
  ],
  ["48", "no URL", aConfig({ cluster: { server: "a.example.org:6443" } }), "is not an https:// URL"],
  ["48", "another scheme", aConfig({ cluster: { server: "unix:///var/run/k" } }), "is not an https:// URL"],
  ["44", "impersonation", aConfig({ user: { token: "t", as: "root" } }), "has as (impersonation)"],
  ["44", "a password", aConfig({ user: { username: "u", password: "p" } }), "has a user name and password"],
];

for (const [row, what, config, problem] of refused) {
  Deno.test(`readKubeconfig() refuses ${what}, in one line (B${row})`, async () => {
    const { message } = await assertRejects(() => load(config), InvalidInputError);
    assertStringIncludes(message, problem);
    assertEquals([message.startsWith("kubeconfig "), message.includes("\n")], [true, false], message);
  });
}

Deno.test("readKubeconfig() tells no secret when it refuses", async () => {
  const config = aConfig({ user: { token: "sesame", "client-key-data": btoa("sesame") } });
  const { message } = await assertRejects(() => load(config), InvalidInputError);
  assertEquals([message.includes("sesame"), message.includes(btoa("sesame"))], [false, false]);
});

const telltale: [string, string][] = [
  ["a quote without its end", 'users: [{user: {token: "sesame'],
  ["an alias to nothing", "users: [{user: {token: *sesame}}]"],
  ["a password in the server's URL", JSON.stringify(aConfig({ cluster: { server: "https://me:sesame@a" } }))],
  [
    "a password in the proxy's URL",
    JSON.stringify(aConfig({ cluster: { "proxy-url": "ftp://me:sesame@a" } })),
  ],
];

for (const [what, text] of telltale) {
  Deno.test(`readKubeconfig() tells no secret when it refuses ${what}`, async () => {
    const { message } = await assertRejects(() => load(text), InvalidInputError);
    assertEquals(message.includes("sesame"), false, message);
  });
}

Deno.test("readKubeconfig() names a file that is missing", async () => {
  const { message } = await assertRejects(() => readKubeconfig(["/nowhere/config"]), InvalidInputError);
  assertEquals(message, 'kubeconfig "/nowhere/config" is not found');
});

Deno.test("readKubeconfig() says which of several files is malformed", async () => {
  const { message } = await assertRejects(() => load(aConfig(), "a: [1"), InvalidInputError);
  assertStringIncludes(message, '/1" is not YAML: ');
});

Deno.test("readKubeconfig() does without files that are absent, if there are others", async () => {
  const { access } = await load(aConfig({ user: { token: "secret" } }));
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify(aConfig({ user: { token: "secret" } })));
    assertEquals(await readKubeconfig(["/nowhere/a", file, "/nowhere/b"]), access);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("readKubeconfig() refuses KUBECONFIG=:", async () => {
  const { message } = await assertRejects(() => readKubeconfig([]), InvalidInputError);
  assertEquals(message, "KUBECONFIG names no file");
});

Deno.test("readKubeconfig() refuses several files of which none is there", async () => {
  const { message } = await assertRejects(
    () => readKubeconfig(["/nowhere/a", "/nowhere/b"]),
    InvalidInputError,
  );
  assertEquals(message, 'kubeconfig "/nowhere/a:/nowhere/b": none of these files is found');
});

Deno.test("readKubeconfig() does not mind clusters, users and contexts that are not whole, but for the current ones", async () => {
  const config = aConfig({ user: { token: "secret" } });
  const broken = {
    contexts: [{ name: "b", context: {} }, ...config.contexts as Part[]],
    clusters: [{ name: "b", cluster: {} }, ...config.clusters as Part[]],
    users: [{ user: {} }, ...config.users as Part[]],
  };
  assertEquals(await accessOf({ ...config, ...broken }), await accessOf(config));
});

Deno.test("readKubeconfig() takes a token that YAML reads as a number for its text", async () => {
  const { token } = await accessOf(aConfig({ user: { token: 123 } }));
  assertEquals(token, { text: "123" });
});
