import { assertEquals, assertThrows } from "@std/assert";
import { formatDuration, parseDuration } from "../../src/time/duration.ts";
import { InvalidInputError } from "../../src/errors.ts";

const durations: [string, number][] = [
  ["0", 0],
  ["0s", 0],
  ["90s", 90_000],
  ["10m", 600_000],
  ["1h30m", 5_400_000],
  ["1h2m3.5s", 3_723_500],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["1.s", 1_000],
  ["250ms", 250],
  ["1500us", 1.5],
  ["1500µs", 1.5],
  ["1500μs", 1.5],
  ["1000000ns", 1],
  ["1m1m", 120_000],
  ["2147483647ms", 2 ** 31 - 1],
];

for (const [text, ms] of durations) {
  Deno.test(`parseDuration() reads ${text} as ${ms} ms`, () => {
    assertEquals(parseDuration(text), ms);
  });
}

const wrongs = [
  "",
  " ",
  "10",
  "ten",
  "-5s",
  "1e3s",
  "1h-5m",
  "٣s",
  "5 s",
  " 5s",
  "5s ",
  "5s\n",
  "1d",
  ".s",
  "s",
  "1h30",
];

for (const text of wrongs) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)} with examples`, () => {
    const error = assertThrows(() => parseDuration(text), InvalidInputError);
    assertEquals(
      error.message,
      `${JSON.stringify(text)} is not a duration (examples: 90s, 10m, 1h30m; 0 = none)`,
    );
  });
}

for (const text of ["2147483648ms", "597h", `${"9".repeat(400)}h`]) {
  Deno.test(`parseDuration() refuses ${text.slice(0, 12)}, with which a timer would fire at once`, () => {
    assertThrows(
      () => parseDuration(text),
      InvalidInputError,
      "is longer than the longest time-out, 596h31m23s",
    );
  });
}

const texts: [number, string][] = [
  [0, "0ms"],
  [250, "250ms"],
  [999, "999ms"],
  [1_000, "1s"],
  [3_500, "3.5s"],
  [60_000, "1m"],
  [61_000, "1m1s"],
  [3_600_000, "1h"],
  [3_723_500, "1h2m4s"],
  [90_000_000, "25h"],
];

for (const [ms, text] of texts) {
  Deno.test(`formatDuration() writes ${ms} ms as ${text}`, () => {
    assertEquals(formatDuration(ms), text);
  });
}
