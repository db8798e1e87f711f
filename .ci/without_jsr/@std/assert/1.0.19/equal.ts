/**
 * Whether two values are deeply equal: same class and same own enumerable properties. `NaN` equals `NaN`, `0`
 * equals `-0`, a property that is `undefined` differs from an absent one, and sets and maps have no order.
 */
export function equal(a: unknown, b: unknown, seen = new Map<object, object>()): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (!isObject(a) || !isObject(b) || !sameClass(a, b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Set && b instanceof Set) return sameMembers([...a], [...b], seen);
  if (a instanceof Map && b instanceof Map) return sameMembers([...a], [...b], seen);
  const keys = ownKeys(a);
  return keys.length === ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key], seen));
}

type Properties = Record<PropertyKey, unknown>;

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}

function sameClass(a: object, b: object): boolean {
  return (a.constructor ?? Object) === (b.constructor ?? Object);
}

function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value);
  return [
    ...Object.keys(value),
    ...symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)),
  ];
}

function sameMembers(a: unknown[], b: unknown[], seen: Map<object, object>): boolean {
  return a.length === b.length && a.every((member) => b.some((other) => equal(member, other, seen)));
}
