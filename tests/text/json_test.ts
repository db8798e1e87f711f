import { assertEquals, assertNotEquals } from "@std/assert";
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  objectsAt,
  sha256,
  textAt,
  valueAt,
} from "../../src/text/json.ts";

Deno.test("isJsonObject() is true for objects only", () => {
  assertEquals([{}, { a: 1 }].map(isJsonObject), [true, true]);
  assertEquals([null, undefined, [], "a", 1, true].map(isJsonObject), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

const texts: { value: JsonValue; text: string; what: string }[] = [
  { what: "orders keys", value: { b: 1, a: 2 }, text: '{"a":2,"b":1}' },
  {
    what: "orders keys at any depth",
    value: [{ y: { d: 1, c: 2 }, x: 0 }],
    text: '[{"x":0,"y":{"c":2,"d":1}}]',
  },
  {
    what: "orders by code units, whatever the locale",
    value: { a: 1, Z: 2, ä: 3 },
    text: '{"Z":2,"a":1,"ä":3}',
  },
  { what: "keeps the order of lists", value: [2, 1], text: "[2,1]" },
  { what: "leaves out what is undefined", value: { a: undefined, b: null }, text: '{"b":null}' },
  { what: "writes scalars as JSON", value: ["a", 1.5, true, null], text: '["a",1.5,true,null]' },
];

for (const { what, value, text } of texts) {
  Deno.test(`canonicalJson() ${what}`, () => {
    assertEquals(canonicalJson(value), text);
  });
}

Deno.test("canonicalJson() keeps a key named __proto__", () => {
  assertEquals(canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":1}}')), '{"__proto__":{"x":1},"b":1}');
});

Deno.test("sha256() gives the known hash of a known text", async () => {
  assertEquals(await sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("sha256() differs between texts", async () => {
  assertNotEquals(await sha256("ä"), await sha256("a"));
});

const pod: JsonObject = { spec: { containers: [{ name: "a" }, "none", { name: "b" }] }, kind: "Pod" };

Deno.test("valueAt(), objectAt(), arrayAt(), objectsAt() and textAt() give what is at a path of keys", () => {
  assertEquals(valueAt(pod, "spec", "containers"), [{ name: "a" }, "none", { name: "b" }]);
  assertEquals(objectAt(pod, "spec"), { containers: [{ name: "a" }, "none", { name: "b" }] });
  assertEquals(arrayAt(pod, "spec", "containers").length, 3);
  assertEquals(objectsAt(pod, "spec", "containers"), [{ name: "a" }, { name: "b" }]);
  assertEquals(textAt(pod, "kind"), "Pod");
});

Deno.test("valueAt(), objectAt(), arrayAt(), objectsAt() and textAt() find nothing in what is of another type", () => {
  for (const value of [undefined, null, "text", 5, ["list"], pod]) {
    assertEquals(valueAt(value, "status", "phase"), undefined);
    assertEquals(objectAt(value, "kind"), {});
    assertEquals(arrayAt(value, "kind"), []);
    assertEquals(objectsAt(value, "kind"), []);
    assertEquals(textAt(value, "spec"), "");
  }
});
