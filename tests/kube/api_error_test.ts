import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  errorFromAnswer,
  errorFromFetch,
  errorFromStatus,
  type Fault,
  isFault,
} from "../../src/kube/api_error.ts";
import { answered, ANSWERS, failure } from "../lab/recorded_answers.ts";

const cases: [row: string, answer: keyof typeof ANSWERS, fault: Fault][] = [
  ["7", "requestTimedOut", "server"],
  ["8", "alreadyExists", "exists"],
  ["11", "notFound", "notFound"],
  ["15", "namespaceTerminating", "namespaceTerminating"],
  ["16", "namespaceMissing", "namespaceMissing"],
  ["17", "kindMissing", "kindMissing"],
  ["19", "quotaExceeded", "quota"],
  ["20", "quotaConflict", "quotaConflict"],
  ["21", "quotaEvaluationTimedOut", "server"],
  ["22", "webhookRefused", "webhook"],
  ["23", "deniedByPolicy", "denied"],
  ["23", "deniedByWebhook", "denied"],
  ["69", "deniedInDryRun", "noDryRun"],
  ["69", "webhookWithoutDryRun", "noDryRun"],
  ["24", "badRequest", "invalid"],
  ["24", "invalid", "invalid"],
  ["25", "tooLarge", "tooLarge"],
  ["25", "tooLargeForEtcd", "tooLarge"],
  ["25", "messageTooLarge", "tooLarge"],
  ["26", "tooManyRequests", "throttled"],
  ["27", "proxyBadGateway", "server"],
  ["28", "etcdLeaderChanged", "server"],
  ["28", "etcdTimedOut", "server"],
  ["33", "expired", "expired"],
  ["43", "versionOfTheFuture", "server"],
  ["44", "unauthorized", "unauthorized"],
  ["46", "forbidden", "forbidden"],
  ["49", "conflict", "conflict"],
  ["64", "redirect", "server"],
  ["64", "webPage", "server"],
];

for (const [row, answer, fault] of cases) {
  Deno.test(`row ${row}: errorFromAnswer() takes ${answer} as the fault ${fault}`, () => {
    const error = answered(answer);
    assertEquals([error.fault, error.status], [fault, ANSWERS[answer].status]);
  });
}

for (const status of [403, 409, 422, 429, 500, 503]) {
  Deno.test(`row 23: errorFromAnswer() recognizes a webhook's denial with code ${status}`, () => {
    const text = ANSWERS.deniedByWebhook.text.replace('"code":400', `"code":${status}`);
    assertEquals(errorFromAnswer("x", "workflows", { status, text }).fault, "denied");
  });
}

Deno.test("row 20: errorFromAnswer() never takes another kind's 409 as an existing object", () => {
  for (const kind of ["resourcequotas", "leases", "Workflow"]) {
    const text = ANSWERS.alreadyExists.text.replace('"workflows"', JSON.stringify(kind));
    assert(!isFault(errorFromAnswer("x", "workflows", { status: 409, text }), "exists"), kind);
  }
  assertEquals(errorFromAnswer("x", "workflows", { status: 409, text: "exists" }).fault, "conflict");
});

Deno.test("row 51: errorFromAnswer() takes a write to an immutable ConfigMap as invalid", () => {
  const message = 'ConfigMap "demo" is invalid: data: Forbidden: field is immutable when `immutable` is set';
  const text = JSON.stringify({ kind: "Status", reason: "Invalid", message, code: 422 });
  const error = errorFromAnswer("patch", "configmaps", { status: 422, text });
  assertEquals([error.fault, error.message], ["invalid", `Cannot patch: ${message} (422)`]);
});

Deno.test("row 32: errorFromStatus() takes a watch's ERROR event as its Status says", () => {
  const error = errorFromStatus("watch workflows", "workflows", JSON.parse(ANSWERS.expired.text));
  assertEquals([error.fault, error.status], ["expired", 410]);
});

Deno.test("row 34: errorFromStatus() takes an ERROR event without a code as a server's fault", () => {
  assertEquals(errorFromStatus("watch", "workflows", { kind: "Status", message: "?" }).fault, "server");
  assertEquals(errorFromStatus("watch", "workflows", {}).fault, "server");
});

Deno.test("errorFromAnswer() names the request and quotes the server", () => {
  assertEquals(
    answered("namespaceMissing").message,
    'Cannot do something with Workflow "demo": namespaces "team" not found (404)',
  );
});

Deno.test("row 17: errorFromAnswer() names the kind that the API server does not know", () => {
  const answer = { status: 404, text: "404 page not found\n", apiVersion: "argoproj.io/v1alpha1" };
  assertEquals(
    errorFromAnswer('get Workflow "demo"', "workflows", answer).message,
    'Cannot get Workflow "demo": the API server does not know workflows of argoproj.io/v1alpha1: ' +
      "404 page not found (404)",
  );
});

Deno.test("errorFromAnswer() keeps the Status of the answer", () => {
  assertEquals(answered("invalid").body?.reason, "Invalid");
  assertEquals(answered("proxyBadGateway").body, undefined);
});

Deno.test("row 27: errorFromAnswer() quotes at most 200 characters of an answer that is not a Status, on one line", () => {
  const { message } = errorFromAnswer("x", "workflows", { status: 502, text: "<p>\n\n".repeat(1_000) });
  const quoted = message.slice("Cannot x: ".length, -" (502)".length);
  assertEquals([quoted.length, quoted.endsWith("…"), quoted.includes("\n")], [201, true, false]);
  assertStringIncludes(
    errorFromAnswer("x", "workflows", { status: 502, text: " \n" }).message,
    "an empty answer",
  );
});

const waits: [
  what: string,
  header: string | null,
  seconds: number | undefined,
  expectedMs: number | undefined,
][] = [
  ["the header", "7", undefined, 7_000],
  ["the Status", null, 3, 3_000],
  ["the header before the Status", "7", 3, 7_000],
  ["nobody", null, undefined, undefined],
  ["a date, which is not understood,", "Wed, 21 Oct 2026 07:28:00 GMT", undefined, undefined],
  ["a wait of no time", "0", undefined, undefined],
];

for (const [what, retryAfter, seconds, expectedMs] of waits) {
  Deno.test(`row 26: errorFromAnswer() waits as long as ${what} says`, () => {
    const details = seconds === undefined ? {} : { retryAfterSeconds: seconds };
    const text = JSON.stringify({ kind: "Status", message: "slow down", details, code: 429 });
    assertEquals(
      errorFromAnswer("x", "workflows", { status: 429, text, retryAfter }).retryAfterMs,
      expectedMs,
    );
  });
}

const URL_27 =
  "error sending request for url (https://10.0.0.1:6443/api/v1/namespaces/team/configmaps/demo): ";

const thrown: [what: string, text: string, fault: Fault][] = [
  [
    "row 1: refused",
    "client error (Connect): tcp connect error: Connection refused (os error 111)",
    "refused",
  ],
  [
    "row 2: no such host",
    "client error (Connect): dns error: failed to lookup address information: Name or service not known",
    "refused",
  ],
  ["row 3: unknown CA", "client error (Connect): invalid peer certificate: UnknownIssuer", "tls"],
  ["row 3: wrong name", "client error (Connect): invalid peer certificate: NotValidForName", "tls"],
  [
    "row 3: no TLS there",
    "client error (Connect): received corrupt message of type InvalidContentType",
    "tls",
  ],
  ["row 5: closed", "client error (SendRequest): connection closed before message completed", "broken"],
  [
    "row 5: reset",
    "client error (SendRequest): connection error: Connection reset by peer (os error 104)",
    "broken",
  ],
  ["row 29: body", "error reading a body from connection", "broken"],
];

for (const [what, text, fault] of thrown) {
  Deno.test(`${what}: errorFromFetch() takes Deno 2.7's text for the fault ${fault}`, () => {
    assertEquals(errorFromFetch("x", "https://10.0.0.1", new TypeError(URL_27 + text)).fault, fault);
  });
  Deno.test(`${what}: errorFromFetch() takes Deno 2.9's text for the fault ${fault}`, () => {
    const error = new TypeError("fetch failed", { cause: new Error(text) });
    assertEquals(errorFromFetch("x", "https://10.0.0.1", error).fault, fault);
  });
}

Deno.test("row 5: errorFromFetch() takes a bare text of the system as a broken connection", () => {
  const error = new TypeError("fetch failed", {
    cause: new Error("Connection reset by peer (os error 104)"),
  });
  assertEquals(errorFromFetch("x", "https://10.0.0.1", error).fault, "broken");
});

Deno.test("errorFromFetch() is not misled by names in the URL", () => {
  const url =
    "error sending request for url (https://k:6443/api/v1/namespaces/certificates/configmaps/demo): ";
  const faultOf = (text: string) => errorFromFetch("x", "https://k:6443", new TypeError(url + text)).fault;
  assertEquals(
    [
      faultOf("client error (SendRequest): connection closed before message completed"),
      faultOf("client error (Connect): tcp connect error: Connection refused (os error 111)"),
    ],
    ["broken", "refused"],
  );
});

Deno.test("row 2: errorFromFetch() names the server and the end of the chain, not the URL", () => {
  const text = `${URL_27}client error (Connect): tcp connect error: Connection refused (os error 111)`;
  const cause = new TypeError(text);
  const error = errorFromFetch('get ConfigMap "demo"', "https://10.0.0.1:6443", cause);
  assertEquals(
    error.message,
    'Cannot get ConfigMap "demo": no answer from https://10.0.0.1:6443: tcp connect error: Connection refused',
  );
  assertEquals([error.status, error.cause], [0, cause]);
});

Deno.test("errorFromFetch() leaves out a proxy's URL, which may hold a password", () => {
  const text = "client error (Connect): tunnel failed: no way by socks5://me:s3cret@proxy:1080";
  const { message } = errorFromFetch("x", "https://k", new TypeError(text));
  assert(!message.includes("s3cret"), message);
});

Deno.test("isFault() is true for an ApiError with any of the given faults, and for nothing else", () => {
  assert(isFault(failure("quota"), "exists", "quota"));
  assert(!isFault(failure("quota"), "exists"));
  assert(!isFault(new Error("quota"), "quota"));
  assert(!isFault({ fault: "quota" }, "quota"));
});
