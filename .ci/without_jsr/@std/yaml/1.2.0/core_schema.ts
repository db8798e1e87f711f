import { loader, type ScalarType } from "./js_yaml.ts";

function narrowed(tag: string, accepts: (text: string) => boolean): ScalarType {
  const type = loader.CORE_SCHEMA.compiledTypeMap.scalar[tag];
  if (type === undefined) throw new Error(`Cannot find the type "${tag}" in js-yaml's core schema`);
  return new loader.Type(tag, {
    kind: "scalar",
    resolve: (text) => text !== null && accepts(text) && type.resolve(text),
    construct: type.construct,
  });
}

/**
 * The core schema without sexagesimal numbers, which `@std/yaml` reads as text. As in `@std/yaml`, the float type handles
 * decimal integers, so `!!int 3` is refused.
 */
export const CORE_SCHEMA = new loader.Schema({
  include: [loader.CORE_SCHEMA],
  implicit: [
    narrowed("tag:yaml.org,2002:int", (text) => /^[-+]?0/.test(text)),
    narrowed("tag:yaml.org,2002:float", (text) => !text.includes(":")),
  ],
});
