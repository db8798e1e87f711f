/**
 * Rows on the way to the API server: kubeconfigs, proxies, and a pod's own credentials.
 *
 * @module
 */
import { ROOT } from "../../cmd/build/bundle.ts";
import { certificate } from "../lab/certificate.ts";
import {
  accepted,
  type BadInputCase,
  type BadInputRow,
  refused,
  type Variables,
  warned,
} from "./bad_input_row.ts";
import { aKubeconfig, type BadInputLab, type KubeconfigParts } from "./bad_input_lab.ts";

const TESTDATA = `${ROOT}/tests/testdata/tls/`;
/** Where Kubernetes mounts a pod's credentials; never there on a machine that runs tests. */
const POD_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A kubeconfig for the lab's API with these parts. */
function parts(
  of: KubeconfigParts | ((lab: BadInputLab) => KubeconfigParts),
): (lab: BadInputLab) => Promise<Variables> {
  return async (lab) => {
    const path = `${lab.folder}/own-kubeconfig`;
    await Deno.writeTextFile(
      path,
      JSON.stringify(aKubeconfig(lab.url, typeof of === "function" ? of(lab) : of)),
    );
    return { KUBECONFIG: path };
  };
}

/** A kubeconfig with these parts must be refused. */
function bad(
  input: string,
  of: KubeconfigParts | ((lab: BadInputLab) => KubeconfigParts),
  says: string,
): BadInputCase {
  return refused(input, { prepare: parts(of) }, says);
}

/** A kubeconfig of this text must be refused. */
function badText(input: string, text: string, says: string): BadInputCase {
  const prepare = async ({ folder }: BadInputLab) => {
    await Deno.writeTextFile(`${folder}/own-kubeconfig`, text);
    return { KUBECONFIG: `${folder}/own-kubeconfig` };
  };
  return refused(input, { prepare }, says);
}

function server(url: string, says: string): BadInputCase {
  return bad(url, { cluster: { server: url } }, says);
}

/** Client certificate and key from the folder of test certificates. */
function pair(chain: string, key: string): KubeconfigParts {
  return { user: { "client-certificate": `${TESTDATA}${chain}`, "client-key": `${TESTDATA}${key}` } };
}

/** No kubeconfig, and what a pod's environment says. */
function inPod(env: Variables): { env: Variables } {
  return { env: { KUBECONFIG: undefined, HOME: "/nowhere", ...env } };
}

/** A pod in whose folder of credentials a shell script has made files; it is seen by the program only. */
function mounted(input: string, script: string, says: string): BadInputCase {
  const become =
    `mount -t tmpfs none /var/run; mkdir -p ${POD_FOLDER}; cd ${POD_FOLDER}; ${script}; exec "$0" "$@"`;
  const through = ["unshare", "--mount", "sh", "-ec", become];
  const { env } = inPod({
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: "6443",
    PATH: "/usr/bin:/bin",
  });
  return refused(input, { env, through }, says);
}

const EXEC = { apiVersion: "client.authentication.k8s.io/v1", command: "aws" };
const INSTEAD = "use a token (kubectl create token) or a client certificate";
const NOWHERE =
  "no way to an API server: KUBECONFIG and KUBERNETES_SERVICE_HOST are not set, and there is no ";

export const rows: BadInputRow[] = [
  {
    row: 42,
    name: "there is no kubeconfig, and this is no pod",
    cases: [
      refused("nothing set", inPod({}), `${NOWHERE}/nowhere/.kube/config`),
      refused("nothing set, no home", inPod({ HOME: undefined }), `${NOWHERE}~/.kube/config`),
      refused("KUBECONFIG empty", inPod({ KUBECONFIG: "" }), `${NOWHERE}/nowhere/.kube/config`),
      refused(
        "a file that is absent",
        { env: { KUBECONFIG: "/no/such/file" } },
        'kubeconfig "/no/such/file" is not found',
      ),
      refused(
        "two files, both absent",
        { env: { KUBECONFIG: "/no/such/a:/no/such/b" } },
        "none of these files is found",
      ),
      refused("KUBECONFIG=:", { env: { KUBECONFIG: ":" } }, "KUBECONFIG names no file"),
      refused("a folder", { env: { KUBECONFIG: "/etc" } }, 'kubeconfig "/etc" is not a regular file'),
    ],
  },
  {
    row: 43,
    name: "the kubeconfig is malformed, or names what it does not have",
    cases: [
      badText("no YAML", "clusters: [", "is not YAML: "),
      badText("an empty file", "", '/own-kubeconfig" is empty'),
      badText("a list", "- a\n", "is a list, expected an object"),
      badText("a program's bytes", "\0\x01\x02", "is not UTF-8 text"),
      badText("too large", "x".repeat(5_000_000), "is larger than the limit of 1048576 bytes"),
      bad("no current-context", { "current-context": "" }, "has no current-context"),
      bad("an unknown context", { "current-context": "other" }, 'has no context "other"'),
      bad("an unknown cluster", { context: { cluster: "other" } }, 'has no cluster "other"'),
      bad("an unknown user", { context: { user: "other" } }, 'has no user "other"'),
      bad("a context without a user", { context: { user: "" } }, 'has no user in context "mine"'),
      bad("a cluster without a server", { cluster: { server: "" } }, 'has no cluster "here" with a server'),
    ],
  },
  {
    row: 44,
    name: "the user needs a program, or is another",
    cases: [
      bad(
        "exec",
        { user: { exec: EXEC } },
        `user "me" has exec, which is not supported under the sandbox; ${INSTEAD}`,
      ),
      bad(
        "auth-provider",
        { user: { "auth-provider": { name: "oidc" } } },
        `user "me" has auth-provider, which is not supported under the sandbox; ${INSTEAD}`,
      ),
      bad(
        "as",
        { user: { token: "t", as: "root" } },
        'user "me" has as (impersonation), which is not supported',
      ),
      bad(
        "a password",
        { user: { username: "me", password: "s3cr3t" } },
        "has a user name and password, which API servers no longer take",
      ),
    ],
  },
  {
    row: 45,
    name: "the client certificate cannot be used",
    cases: [
      bad(
        "without its key",
        { user: { "client-certificate": "user.crt" } },
        'user "me" has a client certificate without its key',
      ),
      bad(
        "without the certificate",
        { user: { "client-key": "user.key" } },
        'user "me" has a client key without its certificate',
      ),
      bad("a file that is absent", pair("absent.crt", "first.key"), "/absent.crt is not found"),
      bad("a key that is absent", pair("first.crt", "absent.key"), "/absent.key is not found"),
      bad("no PEM", pair("README.md", "first.key"), "The client certificate is no PEM certificate"),
      bad("a key that is no PEM", pair("first.crt", "README.md"), "The client key is no PEM key"),
      bad(
        "no base64",
        { user: { "client-certificate-data": "%", "client-key-data": "%" } },
        "has a client-certificate-data that is not base64",
      ),
      bad(
        "expired",
        pair("expired.crt", "expired.key"),
        "The client certificate has expired on 2026-06-01T00:00:00Z",
      ),
      bad(
        "another's key",
        pair("first.crt", "second.key"),
        "The client key is not that of the client certificate",
      ),
      bad(
        "X.509 version 1",
        pair("version1.crt", "version1.key"),
        "The client certificate is one of X.509 version 1",
      ),
      bad(
        "an RSA key of 1024 bits",
        pair("short.crt", "short.key"),
        "an RSA key of 1024 bits, expected 2048 or more",
      ),
      bad("a curve that TLS does not use", pair("curve.crt", "curve.key"), "The client key is ec secp256k1"),
      bad(
        "a token file that is absent",
        { user: { tokenFile: "/no/such/token" } },
        "The token file /no/such/token is not found",
      ),
      bad("a token with a line end", { user: { token: "a\nb" } }, "The token fits in no header"),
    ],
  },
  {
    row: 46,
    name: "the API server's certificate cannot be checked",
    cases: [
      bad(
        "a CA that is absent",
        { cluster: { ...noData(), "certificate-authority": "/no/such/ca.crt" } },
        "The CA file /no/such/ca.crt is not found",
      ),
      bad("a CA that is no PEM", {
        cluster: { ...noData(), "certificate-authority": `${TESTDATA}README.md` },
      }, "README.md holds no PEM certificate"),
      bad(
        "a CA that is no base64",
        { cluster: { "certificate-authority-data": "%" } },
        "has a certificate-authority-data that is not base64",
      ),
      bad("a CA that is cut", {
        cluster: { "certificate-authority-data": btoa(certificate("first").ca.slice(0, 200)) },
      }, "The CA or client certificate cannot be used: "),
      bad(
        "insecure-skip-tls-verify",
        { cluster: { "insecure-skip-tls-verify": true } },
        'cluster "here" has insecure-skip-tls-verify, which is not supported; give its CA',
      ),
    ],
  },
  {
    row: 47,
    name: "a proxy, or another server name",
    cases: [
      bad(
        "a proxy-url without a protocol",
        { cluster: { "proxy-url": "proxy:3128" } },
        'cluster "here" has a proxy-url that is not an http://, https:// or socks5:// URL',
      ),
      bad(
        "a proxy-url that is no URL",
        { cluster: { "proxy-url": "not a url" } },
        "has a proxy-url that is not an http://",
      ),
      bad(
        "tls-server-name",
        { cluster: { "tls-server-name": "localhost" } },
        'cluster "here" has tls-server-name, which is not supported; use a server name that is in its certificate',
      ),
      warned(
        "HTTPS_PROXY",
        { env: { HTTPS_PROXY: "http://127.0.0.1:1" } },
        "HTTPS_PROXY is ignored: only a kubeconfig's proxy-url is used",
      ),
      warned(
        "all_proxy",
        { env: { all_proxy: "socks5://127.0.0.1:1" } },
        "all_proxy is ignored: only a kubeconfig's proxy-url is used",
      ),
    ],
  },
  {
    row: 48,
    name: "the API server's URL",
    cases: [
      server("http://a.example.org", "is not an https:// URL (http:// is for this machine only)"),
      server("a.example.org:6443", "is not an https:// URL"),
      server("https://a.example.org:99999", "is not an https:// URL"),
      server(
        "https://a.example.org:6000",
        'server "https://a.example.org:6000" has port 6000, which is blocked',
      ),
      server("https://a.example.org:10080/x", "has port 10080, which is blocked"),
      server("https://127.0.0.1:9", "has port 9, which is blocked"),
      {
        ...server("https://me:s3cr3t@a.example.org", "has a user name or password, expected none"),
        neverSays: "s3cr3t",
      },
      server("https://a.example.org/?x=1", "has a query or fragment, expected none"),
      accepted("a slash behind it", { prepare: parts(({ url }) => ({ cluster: { server: `${url}/` } })) }),
      accepted("https://localhost", {
        prepare: parts(({ url }) => ({ cluster: { server: url.replace("127.0.0.1", "localhost") } })),
      }),
    ],
  },
  {
    row: 49,
    name: "a pod's credentials are not there",
    cases: [
      refused(
        "no token",
        inPod({ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "6443" }),
        `The token file ${POD_FOLDER}/token is not found`,
      ),
      refused(
        "KUBERNETES_SERVICE_HOST empty",
        inPod({ KUBERNETES_SERVICE_HOST: "", KUBERNETES_SERVICE_PORT: "443" }),
        NOWHERE,
      ),
      refused(
        "KUBERNETES_SERVICE_HOST with a blank",
        inPod({ KUBERNETES_SERVICE_HOST: "a b" }),
        "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: server",
      ),
      refused(
        "KUBERNETES_SERVICE_PORT=x",
        inPod({ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "x" }),
        "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: server",
      ),
      refused(
        "KUBERNETES_SERVICE_PORT=6000",
        inPod({ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "6000" }),
        "has port 6000, which is blocked",
      ),
    ],
  },
  {
    row: 49,
    name: "a pod's credentials are not all there",
    needs: "root",
    cases: [
      mounted("no CA", "printf token > token", `The CA file ${POD_FOLDER}/ca.crt is not found`),
      mounted(
        "an empty CA",
        "printf token > token; : > ca.crt",
        `The CA file ${POD_FOLDER}/ca.crt holds no PEM`,
      ),
      mounted("an empty token", ": > token", `The token file ${POD_FOLDER}/token is empty or holds no token`),
    ],
  },
  {
    row: 50,
    name: "the status object's name is none that a ConfigMap can have",
    cases: [
      refused(
        "a slash",
        { env: { RUNNER_CONTEXT_NAME: "a/b" } },
        'RUNNER_CONTEXT_NAME: "a/b" is not a valid name',
      ),
      refused(
        "254 characters",
        { env: { RUNNER_CONTEXT_NAME: "a".repeat(254) } },
        "has 254 characters, the limit is 253",
      ),
    ],
  },
];

function noData(): Record<string, undefined> {
  return { "certificate-authority-data": undefined };
}
