import { assertEquals } from "@std/assert";
import { certificate } from "../../lab/certificate.ts";
import { accepted, type Variables } from "../../bad_input/bad_input_row.ts";
import { aKubeconfig, type BadInputLab, makeBadInputLab } from "../../bad_input/bad_input_lab.ts";
import { checkCase, runCase } from "../../bad_input/run_case.ts";
import { connectProxy, socksProxy } from "../lab/proxies.ts";

/** A test in a lab with an API server, which the compiled program must reach. */
function kubeconfigTest(name: string, work: (lab: BadInputLab) => Promise<void>): void {
  Deno.test(`kubeconfig: ${name}`, async () => {
    await using lab = await makeBadInputLab();
    await work(lab);
  });
}

/** Runs a dry run with a `KUBECONFIG`, and checks that it came to the API server with this token. */
async function assertReaches(lab: BadInputLab, KUBECONFIG: string, token = "embedded"): Promise<void> {
  const tokens = new Set<string | null>();
  lab.api.use((request, next) => {
    tokens.add(request.headers.get("authorization"));
    return next(request);
  });
  const env: Variables = { KUBECONFIG };
  const run = accepted("a kubeconfig", { env }, { entrypoint: "main" });
  checkCase(run, await runCase(lab, run));
  assertEquals(tokens, new Set([`Bearer ${token}`]));
}

/** Writes a file of the lab. Returns its path. */
async function write({ folder }: BadInputLab, name: string, content: unknown): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

kubeconfigTest("of several contexts the current one counts, and others need not be whole", async (lab) => {
  const { clusters, users, contexts, ...config } = aKubeconfig(lab.url);
  const several = {
    ...config,
    contexts: [
      { name: "left over", context: {} },
      { name: "other", context: { cluster: "gone", user: "gone" } },
      ...contexts,
    ],
    clusters: [{ name: "empty", cluster: {} }, ...clusters, {
      name: "here",
      cluster: { server: "https://127.0.0.1:6443" },
    }],
    users: [{ name: "cloud", user: { exec: { command: "aws" } } }, ...users],
  };
  await assertReaches(lab, await write(lab, "several", several));
});

kubeconfigTest("several files are merged, and one of them may be absent", async (lab) => {
  const { clusters, users, contexts, "current-context": current } = aKubeconfig(lab.url);
  const other = aKubeconfig("https://127.0.0.1:6443", {
    user: { token: "other" },
    "current-context": "other",
  });
  const paths = [
    await write(lab, "a/contexts", { contexts, "current-context": current }),
    `${lab.folder}/absent`,
    await write(lab, "b/clusters", { clusters, users: [] }),
    await write(lab, "c/users", { users }),
    await write(lab, "d/other", other),
  ];
  await assertReaches(lab, paths.join(":"));
});

kubeconfigTest("paths in it start at its own folder", async (lab) => {
  await write(lab, "home/pki/ca.crt", certificate("first").ca);
  await write(lab, "home/token", "from-a-file\r\n");
  const cluster = { "certificate-authority-data": undefined, "certificate-authority": "pki/ca.crt" };
  const config = aKubeconfig(lab.url, { cluster, user: { tokenFile: "token" } });
  await assertReaches(lab, await write(lab, "home/config", config), "from-a-file");
});

kubeconfigTest("it may be YAML of a Windows editor, with comments", async (lab) => {
  const text = `\ufeff# mine
apiVersion: v1
kind: Config
current-context: mine
contexts:
- context: {cluster: here, user: me, namespace: other}
  name: mine
clusters:
- cluster:
    certificate-authority-data: ${btoa(certificate("first").ca)}
    server: ${lab.url}
  name: here
users:
- name: me
  user: {token: embedded}
preferences: {}
`;
  await assertReaches(lab, await write(lab, "windows", text.replaceAll("\n", "\r\n")));
});

kubeconfigTest("without KUBECONFIG it is the one in the home folder", async (lab) => {
  await write(lab, ".kube/config", aKubeconfig(lab.url));
  const env = { KUBECONFIG: undefined, HOME: lab.folder };
  const run = accepted("HOME", { env }, { entrypoint: "main" });
  checkCase(run, await runCase(lab, run));
});

kubeconfigTest("an API server may have an IPv6 address", async (lab) => {
  const { cert, key, ca } = certificate("ipv6");
  const listen = { hostname: "::1", port: 0, cert, key, onListen() {} };
  await using server = Deno.serve(listen, (request) => lab.api.handle(request));
  const cluster = { "certificate-authority-data": btoa(ca) };
  const config = aKubeconfig(`https://[::1]:${server.addr.port}`, { cluster });
  await assertReaches(lab, await write(lab, "ipv6", config));
});

kubeconfigTest("an API server may be below a path", async (lab) => {
  const { cert, key } = certificate("first");
  const listen = { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} };
  await using server = Deno.serve(listen, async ({ url, method, headers, body }) => {
    const below = /^(https:..[^/]+)\/k8s\/clusters\/c-1(\/.*)$/.exec(url);
    if (!below) return new Response("no cluster", { status: 404 });
    return await lab.api.handle(new Request(`${below[1]}${below[2]}`, { method, headers, body }));
  });
  const config = aKubeconfig(`https://127.0.0.1:${server.addr.port}/k8s/clusters/c-1/`);
  await assertReaches(lab, await write(lab, "path", config));
});

kubeconfigTest("proxy-url is used", async (lab) => {
  using proxy = connectProxy();
  const cluster = { "proxy-url": `http://${proxy.host}` };
  await assertReaches(lab, await write(lab, "proxy", aKubeconfig(lab.url, { cluster })));
  assertEquals(proxy.asked, [{ target: new URL(lab.url).host }]);
});

kubeconfigTest("proxy-url may hold a name and a password", async (lab) => {
  using proxy = connectProxy();
  const cluster = { "proxy-url": `http://me:sesame@${proxy.host}` };
  await assertReaches(lab, await write(lab, "proxy", aKubeconfig(lab.url, { cluster })));
  assertEquals(proxy.asked.map(({ authorization }) => authorization), [`Basic ${btoa("me:sesame")}`]);
});

kubeconfigTest("proxy-url may be a SOCKS proxy", async (lab) => {
  using proxy = socksProxy();
  const cluster = { "proxy-url": `socks5://${proxy.host}` };
  await assertReaches(lab, await write(lab, "proxy", aKubeconfig(lab.url, { cluster })));
  assertEquals(proxy.asked, [{ target: new URL(lab.url).host }]);
});
