/** JSON Schema as the server gives it for a settings section, as far as forms need it. Pure. */
export interface Schema {
  $ref?: string
  $defs?: Record<string, Schema>
  type?: string | string[]
  title?: string
  description?: string
  enum?: (string | number)[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  propertyNames?: Schema
  items?: Schema | boolean
  prefixItems?: Schema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  default?: unknown
  discriminator?: { propertyName: string; mapping?: Record<string, string> }
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Kind = 'object' | 'map' | 'list' | 'choice' | 'union' | 'boolean' | 'number' | 'text' | 'fixed'

/** The schema behind a `$ref`. */
export function resolve(schema: Schema, defs: Record<string, Schema>): Schema {
  const name = schema.$ref?.replace('#/$defs/', '')
  const found = name === undefined ? undefined : defs[name]
  return found ? resolve({ ...found, ...(schema.default === undefined ? {} : { default: schema.default }) }, defs) : schema
}

/** The alternatives of a union, without null. */
export function alternatives(schema: Schema, defs: Record<string, Schema>): Schema[] {
  return (schema.anyOf ?? schema.oneOf ?? []).map((one) => resolve(one, defs)).filter(({ type }) => type !== 'null')
}

export const isNullable = (schema: Schema): boolean =>
  (schema.anyOf ?? schema.oneOf ?? []).some(({ type }) => type === 'null') || (Array.isArray(schema.type) && schema.type.includes('null'))

export function kindOf(schema: Schema): Kind {
  if (schema.const !== undefined || (schema.enum?.length === 1 && schema.default === undefined)) return 'fixed'
  if (schema.enum) return 'choice'
  if (schema.anyOf ?? schema.oneOf) return 'union'
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  if (type === 'object') return schema.properties ? 'object' : 'map'
  if (type === 'array') return 'list'
  if (type === 'boolean') return 'boolean'
  if (type === 'integer' || type === 'number') return 'number'
  return 'text'
}

/** What a new entry begins with. */
export function blank(given: Schema, defs: Record<string, Schema>): Json {
  const schema = resolve(given, defs)
  if (schema.default !== undefined) return structuredClone(schema.default) as Json
  switch (kindOf(schema)) {
    case 'fixed':
      return (schema.const ?? schema.enum?.[0] ?? null) as Json
    case 'choice':
      return (schema.enum?.[0] ?? null) as Json
    case 'union': {
      const first = alternatives(schema, defs)[0]
      return isNullable(schema) || !first ? null : blank(first, defs)
    }
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, blank(one, defs)]))
    case 'map':
      return {}
    case 'list':
      return []
    case 'boolean':
      return false
    case 'number':
      return schema.minimum ?? 0
    case 'text':
      return ''
  }
}

/** Which alternative of a union a value is: by its tag, else by its type. -1 where none fits. */
export function chosen(value: Json, options: readonly Schema[]): number {
  return options.findIndex((option) => {
    if (option.properties && value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return Object.entries(option.properties).every(([name, one]) => {
        const only = one.const ?? (one.enum?.length === 1 ? one.enum[0] : undefined)
        return only === undefined || value[name] === only
      })
    }
    const kind = kindOf(option)
    return (
      (kind === 'number' && typeof value === 'number') ||
      (kind === 'boolean' && typeof value === 'boolean') ||
      ((kind === 'text' || kind === 'choice') && typeof value === 'string') ||
      (kind === 'list' && Array.isArray(value))
    )
  })
}

/** `wait_minutes` as words, where the project has no better ones for it. */
export const humanise = (name: string): string => name.replace(/_/g, ' ')
