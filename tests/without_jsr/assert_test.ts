import {
  assert,
  assertEquals,
  assertInstanceOf,
  AssertionError,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

class A {
  constructor(readonly x: number) {}
}

const cycle: unknown[] = [];
cycle.push(cycle);
const sameCycle: unknown[] = [];
sameCycle.push(sameCycle);

const equal: [string, unknown, unknown][] = [
  ["NaN", NaN, NaN],
  ["zeros", 0, -0],
  ["nested objects in another order", { a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] }],
  ["an object without prototype", { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  ["sets in another order", new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  [
    "maps in another order",
    new Map([["a", { x: 1 }], ["b", { x: 2 }]]),
    new Map([["b", { x: 2 }], ["a", { x: 1 }]]),
  ],
  ["dates", new Date(5), new Date(5)],
  ["expressions", /a/g, /a/g],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["cycles", cycle, sameCycle],
];

const different: [string, unknown, unknown][] = [
  ["undefined and an absent property", { a: undefined }, {}],
  ["other absent properties", { a: undefined }, { b: undefined }],
  ["null and undefined", null, undefined],
  ["a number and its text", 1, "1"],
  ["classes", new A(1), { x: 1 }],
  ["lists of other length", [1, 2], [1]],
  ["a list and an object", [1], { 0: 1 }],
  ["sets", new Set([1]), new Set([2])],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["dates", new Date(5), new Date(6)],
  ["flags of expressions", /a/g, /a/i],
  ["symbols", { [Symbol.for("s")]: 1 }, { [Symbol.for("s")]: 2 }],
];

for (const [name, a, b] of equal) {
  Deno.test(`assertEquals() accepts ${name}`, () => {
    assertEquals(a, b);
    assertThrows(() => assertNotEquals(a, b), AssertionError);
  });
}

for (const [name, a, b] of different) {
  Deno.test(`assertEquals() tells apart ${name}`, () => {
    assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b), AssertionError, "Values are not equal");
  });
}

Deno.test("assertEquals() shows which lines differ", () => {
  const error = assertThrows(
    () => assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }, "why"),
    AssertionError,
    "why",
  );
  // deno-lint-ignore no-control-regex
  const lines = error.message.replaceAll(/\x1b\[\d+m/g, "").split("\n").map((line) => line.trim());
  assert(lines.some((line) => /^-\s+b: 2,$/.test(line)), error.message);
  assert(lines.some((line) => /^\+\s+b: 3,$/.test(line)), error.message);
  assert(lines.some((line) => line === "a: 1,"), error.message);
});

Deno.test("assertObjectMatch() looks only at what is expected", () => {
  assertObjectMatch({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: 4 } }, { b: { c: [1, { d: 2 }] } });
  assertObjectMatch({ a: new A(1) }, { a: { x: 1 } });
  assertThrows(() => assertObjectMatch({ a: 1 }, { a: 2 }), AssertionError);
  assertThrows(() => assertObjectMatch({ a: 1 }, { b: undefined }), AssertionError);
  assertThrows(() => assertObjectMatch({ a: [1] }, { a: [1, 2] }), AssertionError);
});

Deno.test("assertThrows() checks class and message, and returns the error", () => {
  const thrown = new TypeError("some text");
  const throwIt = () => {
    throw thrown;
  };
  assert(assertThrows(throwIt) === thrown);
  assert(assertThrows(throwIt, TypeError, "me te") === thrown);
  assertThrows(() => assertThrows(throwIt, RangeError), AssertionError, "RangeError");
  assertThrows(() => assertThrows(throwIt, Error, "other"), AssertionError, "other");
  assertThrows(() => assertThrows(() => {}), AssertionError, "Expected function to throw");
});

Deno.test("assertRejects() checks class and message, and resolves to the error", async () => {
  const reason = new TypeError("some text");
  const reject = () => Promise.reject(reason);
  assert(await assertRejects(reject) === reason);
  assert(await assertRejects(reject, TypeError, "me te") === reason);
  await assertRejects(() => assertRejects(reject, RangeError), AssertionError, "RangeError");
  await assertRejects(() => assertRejects(reject, Error, "other"), AssertionError, "other");
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
    "Expected function to reject",
  );
  const throws = () => {
    throw reason;
  };
  await assertRejects(() => assertRejects(throws), AssertionError, "throws when expected to reject");
});

Deno.test("the small assertions fail where they must", () => {
  assertThrows(() => assert(0, "zero"), AssertionError, "zero");
  assertThrows(() => fail("so"), AssertionError, "so");
  assertInstanceOf(new A(1), A);
  assertThrows(() => assertInstanceOf({}, A), AssertionError);
  assertStringIncludes("abc", "b");
  assertThrows(() => assertStringIncludes("abc", "x"), AssertionError);
  assertMatch("abc", /^a/);
  assertThrows(() => assertMatch("abc", /^b/), AssertionError);
});
