import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { type Asked, REF, serving, test, WORKFLOW } from "../lab/http_servers.ts";

let seconds = 1_700_000_000;

/** Runs a test with a token file, which every call of `write` changes. */
async function withTokenFile(
  test: (file: string, write: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/token`;
  try {
    await test(file, async (text) => {
      await Deno.writeTextFile(file, text);
      await Deno.utime(file, ++seconds, seconds);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const tokensOf = (asked: Asked[]) => asked.map(({ headers }) => headers.get("authorization"));
const unauthorized = () =>
  Response.json({ kind: "Status", message: "Unauthorized", code: 401 }, { status: 401 });

test("fetchClient() sends a token that is text", async () => {
  await serving(() => WORKFLOW, async (server, asked) => {
    await fetchClient({ server, token: { text: "abc" } }).get(REF);
    assertEquals(tokensOf(asked), ["Bearer abc"]);
  });
});

test("row 44: fetchClient() reads the token's file again when it has changed", () =>
  withTokenFile(async (file, write) => {
    await serving(() => WORKFLOW, async (server, asked) => {
      const kube = fetchClient({ server, token: { file } });
      await write("one");
      await kube.get(REF);
      await kube.get(REF);
      await write("two");
      await kube.get(REF);
      assertEquals(tokensOf(asked), ["Bearer one", "Bearer one", "Bearer two"]);
    });
  }));

test("row 44: fetchClient() reads a refused token again once, and tries at once", () =>
  withTokenFile(async (file, write) => {
    // The file changes between its read and the answer, and keeps its time.
    const answer = async ({ headers }: Asked) => {
      if (headers.get("authorization") === "Bearer two") return Response.json(WORKFLOW);
      await Deno.writeTextFile(file, "two");
      await Deno.utime(file, seconds, seconds);
      return unauthorized();
    };
    await serving(answer, async (server, asked) => {
      await write("one");
      const kube = fetchClient({ server, token: { file } });
      assertEquals((await kube.create(WORKFLOW)).kind, "Workflow");
      assertEquals(tokensOf(asked), ["Bearer one", "Bearer two"]);
      assertEquals(asked.map(({ body }) => JSON.parse(body)), [WORKFLOW, WORKFLOW]);
    });
  }));

test("row 44: fetchClient() does not try the same refused token twice", () =>
  withTokenFile(async (file, write) => {
    await serving(unauthorized, async (server, asked) => {
      await write("one");
      const kube = fetchClient({ server, token: { file } });
      const error = await assertRejects(() => kube.get(REF), ApiError, "Unauthorized");
      assertEquals([error.fault, asked.length], ["unauthorized", 1]);
    });
  }));

test("row 44: fetchClient() tries a refused token that is text once", async () => {
  await serving(unauthorized, async (server, asked) => {
    await assertRejects(() => fetchClient({ server, token: { text: "abc" } }).get(REF), ApiError);
    assertEquals(asked.length, 1);
  });
});

test("row 45: fetchClient() cuts the blanks and line ends around a token in a file", () =>
  withTokenFile(async (file, write) => {
    await serving(() => WORKFLOW, async (server, asked) => {
      await write("\n one \r\n");
      await fetchClient({ server, token: { file } }).get(REF);
      assertEquals(tokensOf(asked), ["Bearer one"]);
    });
  }));

test("row 45: fetchClient() keeps the last token while its file is empty or missing", () =>
  withTokenFile(async (file, write) => {
    await serving(() => WORKFLOW, async (server, asked) => {
      const kube = fetchClient({ server, token: { file } });
      await write("one");
      await kube.get(REF);
      await write(" \n");
      await kube.get(REF);
      await Deno.remove(file);
      await kube.get(REF);
      await write("two");
      await kube.get(REF);
      assertEquals(tokensOf(asked), ["Bearer one", "Bearer one", "Bearer one", "Bearer two"]);
    });
  }));

test("row 45: fetchClient() names a token file that is missing or empty from the start, and sends nothing", () =>
  withTokenFile(async (file, write) => {
    await serving(() => WORKFLOW, async (server, asked) => {
      const kube = fetchClient({ server, token: { file } });
      const missing = await assertRejects(() => kube.get(REF), ApiError, `token file ${file} is not found`);
      await write("");
      const empty = await assertRejects(() => kube.get(REF), ApiError, `token file ${file} is empty`);
      assertEquals([missing.fault, empty.fault, asked.length], ["credentials", "credentials", 0]);
      await write("one");
      await kube.get(REF);
      assertEquals(tokensOf(asked), ["Bearer one"]);
    });
  }));

test("row 45: fetchClient() takes a token that fits in no header as bad credentials", async () => {
  await serving(() => WORKFLOW, async (server) => {
    const kube = fetchClient({ server, token: { text: "one\ntwo" } });
    assertEquals((await assertRejects(() => kube.get(REF), ApiError)).fault, "credentials");
  });
});

const files = [
  ["CA", (file: string) => ({ ca: { file } })],
  ["client certificate", (file: string) => ({ certificate: { chain: { file }, key: { text: "key" } } })],
  ["client key", (file: string) => ({ certificate: { chain: { text: "chain" }, key: { file } } })],
] as const;

for (const [what, access] of files) {
  test(`fetchClient() names a ${what} file that is missing`, async () => {
    const kube = fetchClient({ server: "https://127.0.0.1:1", ...access("/nowhere/file.pem") });
    const missing = `The ${what} file /nowhere/file.pem is not found`;
    const error = await assertRejects(() => kube.get(REF), ApiError, missing);
    assertEquals(error.fault, "credentials");
  });
}

test("fetchClient() says that a certificate cannot be used", async () => {
  const certificate = { chain: { text: "no PEM" }, key: { text: "no PEM" } };
  const kube = fetchClient({ server: "https://127.0.0.1:1", certificate });
  const error = await assertRejects(() => kube.get(REF), ApiError, "is no PEM certificate");
  assertEquals(error.fault, "credentials");
});

test("fetchClient() says that a CA file holds no certificate, and sends nothing", () =>
  withTokenFile(async (file, write) => {
    await write("no PEM");
    const kube = fetchClient({ server: "https://127.0.0.1:1", ca: { file } });
    const error = await assertRejects(
      () => kube.get(REF),
      ApiError,
      `The CA file ${file} holds no PEM certificate`,
    );
    assertEquals(error.fault, "credentials");
  }));

test("row 4: fetchClient() reads the CA again after the server was not trusted", () =>
  withTokenFile(async (file, write) => {
    await write("no PEM");
    await serving(() => WORKFLOW, async (server, asked) => {
      const kube = fetchClient({ server: server.replace("http:", "https:"), ca: { file } });
      await assertRejects(() => kube.get(REF), ApiError);
      await Deno.remove(file);
      // Only a client that reads the file again notices that it is gone.
      await assertRejects(() => kube.get(REF), ApiError, `${file} is not found`);
      assertEquals(asked.length, 0);
    });
  }));
