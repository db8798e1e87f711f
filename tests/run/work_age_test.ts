import { assertEquals } from "@std/assert";
import { workAgeMs } from "../../src/run/work_age.ts";
import { aWorkObject } from "../lab/builders.ts";

const cases: [what: string, work: Parameters<typeof aWorkObject>[0], startTookMs: number, ageMs: number][] = [
  ["adopted work is as old as the API server says", { adopted: true, ageMs: 60_000 }, 100, 60_000],
  ["created work is not older than its start", { adopted: false, ageMs: 60_000 }, 100, 100],
  ["created work may be younger than its start", { adopted: false, ageMs: 40 }, 100, 40],
  ["no work is younger than 0", { adopted: true, ageMs: -5_000 }, 100, 0],
];

for (const [what, work, startTookMs, ageMs] of cases) {
  Deno.test(`workAgeMs(): ${what}`, () => assertEquals(workAgeMs(aWorkObject(work), startTookMs), ageMs));
}

Deno.test("workAgeMs() of a start without an object is 0", () => assertEquals(workAgeMs(undefined, 100), 0));
