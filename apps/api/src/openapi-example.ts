/** As much of JSON Schema as an example is made from. */
export interface Schema {
  $ref?: string
  allOf?: Schema[]
  type?: string | string[]
  properties?: Record<string, Schema>
  items?: Schema
  enum?: unknown[]
  const?: unknown
  example?: unknown
}

export type Schemas = Record<string, Schema>

/** One value that a schema allows, put together from the examples of its parts. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if (schema.example !== undefined) return schema.example
  if (schema.$ref) {
    return exampleOf(schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {}, schemas)
  }
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas)))
  }
  if (schema.properties) {
    const parts = Object.entries(schema.properties)
    return Object.fromEntries(parts.map(([name, part]) => [name, exampleOf(part, schemas)]))
  }
  return schema.items ? [exampleOf(schema.items, schemas)] : (schema.const ?? schema.enum?.[0])
}
