/** JSON as it crosses the wire. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A JSON merge patch (RFC 7396) applied to `target`: objects are merged, `null` deletes, anything else
 * replaces. Nothing is changed in place; what the patch does not touch is the same object as before, so
 * that a screen redraws only what changed.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      Reflect.deleteProperty(merged, key)
      continue
    }
    // A plain assignment to "__proto__" would set the prototype instead of a member.
    Object.defineProperty(merged, key, {
      value: mergePatch(Object.hasOwn(merged, key) ? merged[key] : undefined, value),
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return merged
}
