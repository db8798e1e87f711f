import { assertEquals } from "@std/assert";
import { messageOf } from "../../src/errors.ts";
import { followLog } from "../../src/pods/follow_log.ts";
import { type FakeClock, fakeClock } from "../../src/testing/mod.ts";
import { type AskedLog, at, HANG, logClient, type LogStream, refused } from "../lab/log_streams.ts";

interface Followed {
  clock: FakeClock;
  lines: string[];
  asked: AskedLog[];
  /** Tells that the container has ended. */
  ending: AbortController;
  signal: AbortController;
  /** How it ended: `over`, or an error's message. */
  ended: () => string | undefined;
}

/** Follows a log with these streams; the last stream comes again and again. */
function following(...streams: LogStream[]): Followed {
  const { kube, asked } = logClient((_asked, count) => streams[Math.min(count, streams.length) - 1]!);
  const clock = fakeClock();
  const [ending, signal] = [new AbortController(), new AbortController()];
  const lines: string[] = [];
  let ended: string | undefined;
  const follow = async () => {
    const options = { container: "main", signal: signal.signal, ending: ending.signal, clock };
    for await (const line of followLog(kube, { name: "demo", namespace: "team" }, options)) lines.push(line);
    return "over";
  };
  follow().catch(messageOf).then((how) => ended = how);
  return { clock, lines, asked, ending, signal, ended: () => ended };
}

const broken = refused("broken");
const waiting = refused(
  "invalid",
  'container "main" in pod "demo" is waiting to start: ContainerCreating (400)',
);

Deno.test("followLog() yields each line as it comes, whatever its chunks, and asks on for more", async () => {
  const [first, second] = [at("01.1", "größe"), at("01.2", "")];
  const { clock, lines, asked, ended } = following([first.slice(0, 34), first.slice(34) + second, HANG]);
  await clock.advance(0);
  assertEquals(lines, ["größe", ""]);
  assertEquals(ended(), undefined);
  assertEquals(asked, [{ pod: "demo", container: "main", follow: true, sinceTime: undefined }]);
});

Deno.test("followLog() neither loses nor repeats a line when a stream breaks in the middle of a line", async () => {
  const { clock, lines, asked } = following(
    [at("07.1", "a"), at("07.2", "b"), at("07.3", "the whole of c").slice(0, 37), broken],
    [at("07.1", "a"), at("07.2", "b"), at("07.3", "the whole of c"), at("08.1", "d"), HANG],
  );
  await clock.advance(1_000);
  assertEquals(lines, ["a", "b", "the whole of c", "d"]);
  assertEquals(asked[1]?.sinceTime, "2026-11-25T01:00:06Z");
});

Deno.test("followLog() takes a stream that ends well in the middle of a line for cut", async () => {
  const { clock, lines } = following(
    [at("07.1", "a"), at("07.2", "the whole of b").slice(0, 37)],
    [at("07.1", "a"), at("07.2", "the whole of b"), HANG],
  );
  await clock.advance(1_000);
  assertEquals(lines, ["a", "the whole of b"]);
});

Deno.test("followLog() distinguishes lines of the same time by their count", async () => {
  const { clock, lines } = following(
    [at("07.1", "a"), at("07.1", "a"), broken],
    [at("07.1", "a"), at("07.1", "a"), at("07.1", "a"), at("07.1", "b"), broken],
    [at("07.1", "a"), at("07.1", "a"), at("07.1", "a"), at("07.1", "b"), at("07.1", "b"), HANG],
  );
  await clock.advance(2_000);
  assertEquals(lines, ["a", "a", "a", "b", "b"]);
});

Deno.test("followLog() loses no line that is a little older than the line before", async () => {
  const { clock, lines } = following(
    [at("07.9", "out"), at("08.0001", "out"), broken],
    [at("07.9", "out"), at("08.0001", "out"), at("07.9999", "err"), HANG],
  );
  await clock.advance(1_000);
  assertEquals(lines, ["out", "out", "err"]);
});

Deno.test("followLog() waits for a container that is not yet started", async () => {
  const { clock, lines, asked } = following([waiting], [waiting], [at("01", "a"), HANG]);
  await clock.advance(0);
  assertEquals(asked.length, 1);
  await clock.advance(10_000);
  assertEquals([lines, asked.length], [["a"], 3]);
});

Deno.test("followLog() asks for a container that does not start 4 times a minute at most", async () => {
  const { clock, asked } = following([waiting]);
  await clock.advance(60_000);
  const before = asked.length;
  await clock.advance(600_000);
  assertEquals(asked.length - before, 40);
});

Deno.test("followLog() opens a stream anew that is silent for a minute", async () => {
  const { clock, lines, asked } = following([at("01", "a"), HANG], [at("01", "a"), at("02", "b"), HANG]);
  await clock.advance(59_000);
  assertEquals(asked.length, 1);
  await clock.advance(3_000);
  assertEquals([lines, asked.length], [["a", "b"], 2]);
});

Deno.test("followLog() ends when another stream brings nothing new, and yields the rest without a newline", async () => {
  const log = [at("01", "a"), at("02", "last words").trimEnd()];
  const { clock, lines, asked, ended } = following(log);
  await clock.advance(5_000);
  assertEquals([lines, asked.length, ended()], [["a", "last words"], 2, "over"]);
});

Deno.test("followLog() ends with a container that printed nothing", async () => {
  const { clock, lines, asked, ended } = following([]);
  await clock.advance(5_000);
  assertEquals([lines, asked.length, ended()], [[], 2, "over"]);
});

Deno.test("followLog() reads what is left, once and without a wait, when the container has ended", async () => {
  const { clock, lines, asked, ending, ended } = following(
    [at("01", "a"), HANG],
    [at("01", "a"), at("02", "b"), at("02", "c").trimEnd()],
  );
  await clock.advance(0);
  ending.abort();
  await clock.advance(0);
  assertEquals([lines, ended()], [["a", "b", "c"], "over"]);
  assertEquals(asked.map(({ follow }) => follow), [true, false]);
});

Deno.test("followLog() ends a pause at once when the container has ended", async () => {
  const { clock, lines, ending, ended } = following([waiting], [at("01", "a")]);
  await clock.advance(0);
  ending.abort();
  await clock.advance(0);
  assertEquals([lines, ended()], [["a"], "over"]);
});

Deno.test("followLog() ends with its pod, and for a pod without such a container", async () => {
  for (
    const error of [
      refused("notFound"),
      refused("invalid", "container main is not valid for pod demo (400)"),
    ]
  ) {
    const { clock, asked, ended } = following([error]);
    await clock.advance(0);
    assertEquals([asked.length, ended()], [1, "over"]);
  }
});

Deno.test("followLog() throws when the log may not be read", async () => {
  const { clock, asked, ended } = following([refused("forbidden")]);
  await clock.advance(600_000);
  assertEquals([asked.length, ended()], [1, 'Cannot follow the log of Pod "demo": forbidden']);
});

Deno.test("followLog() drops the kubelet's own texts, which have no time", async () => {
  const { clock, lines, ended } = following([at("01", "a"), "unable to retrieve container logs for x\n"]);
  await clock.advance(5_000);
  assertEquals([lines, ended()], [["a"], "over"]);
});

Deno.test("followLog() cuts a line that does not end", async () => {
  const { clock, lines } = following([
    at("01", "x".repeat(70_000)).trimEnd(),
    "y".repeat(70_000),
    "\n",
    HANG,
  ]);
  await clock.advance(0);
  assertEquals([lines.length, lines[0]?.slice(-2), lines[0]!.length < 65_600], [1, "x…", true]);
});

Deno.test("followLog() throws the signal's reason", async () => {
  const { clock, signal, ended } = following([at("01", "a"), HANG]);
  await clock.advance(0);
  signal.abort(new Error("enough"));
  await clock.advance(0);
  assertEquals(ended(), "enough");
});
