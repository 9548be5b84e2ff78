import type { z } from 'zod'

type Schema = z.core.JSONSchema.JSONSchema

/** Says in a few words which values a JSON Schema admits; named objects are linked to their section. */
export function typeText(schema: Schema | boolean): string {
  if (typeof schema === 'boolean') return 'any JSON'
  if (schema.$ref !== undefined) return link(schema.$ref)
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(', ')
  const variants = schema.anyOf ?? schema.oneOf
  if (variants !== undefined) return [...new Set(variants.map(typeText))].join(' or ')
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  switch (schema.type) {
    case 'array':
      return `list of ${typeText(Array.isArray(schema.items) ? true : (schema.items ?? true))}`
    case 'object':
      return objectText(schema)
    case 'string':
      return `string${lengthText(schema)}`
    case 'number':
    case 'integer':
      return `${schema.type}${rangeText(schema)}`
    default:
      return schema.type ?? 'any JSON'
  }
}

function link(ref: string): string {
  const name = ref.split('/').at(-1) ?? ref
  return `[${name}](#${name.toLowerCase()})`
}

const literal = (value: unknown): string => `\`${JSON.stringify(value)}\``

function objectText({ properties, required = [] }: Schema): string {
  if (properties === undefined) return 'object'
  return `{${Object.keys(properties)
    .map((key) => (required.includes(key) ? key : `${key}?`))
    .join(', ')}}`
}

function lengthText({ maxLength }: Schema): string {
  return maxLength === undefined ? '' : `, at most ${maxLength} characters`
}

function rangeText({ minimum, maximum }: Schema): string {
  const hasMaximum = maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return hasMaximum ? ` ≤ ${maximum}` : ''
  return hasMaximum ? `, ${minimum} to ${maximum}` : ` ≥ ${minimum}`
}
