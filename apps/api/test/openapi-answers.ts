import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Schema, Schemas } from '../src/openapi-example.ts'
import type { Operation } from '../src/openapi-operation.ts'

/** As much of the document as tests look at. */
export interface Described {
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Schemas; headers: Record<string, { required?: boolean }> }
}

/** Validators for draft 2020-12 of the document’s own schemas. */
export function createAjv({ components }: Described) {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
  ajv.addVocabulary(['example'])
  formats.default(ajv)
  for (const [name, schema] of Object.entries(components.schemas)) ajv.addSchema(open(schema), name)
  const validators = new Map<Schema, ValidateFunction>()
  return {
    validatorOf(schema: Schema): ValidateFunction {
      const validate = validators.get(schema) ?? ajv.compile(closed(schema))
      validators.set(schema, validate)
      return validate
    },
  }
}

/** A schema where it is used: it has no room for what it does not name. */
function closed(schema: Schema): Schema {
  const isObject = schema.$ref ?? schema.properties ?? schema.allOf
  return { ...open(schema), ...(isObject ? { unevaluatedProperties: false } : {}) }
}

/** A schema that others may extend. */
function open({ $ref, items, properties = {}, allOf, ...schema }: Schema): Schema {
  const parts = Object.entries(properties).map(([name, part]) => [name, closed(part)])
  return {
    ...schema,
    ...($ref ? { $ref: $ref.replace('#/components/schemas/', '') } : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(parts.length > 0 ? { properties: Object.fromEntries(parts) } : {}),
    ...(allOf ? { allOf: allOf.map(open) } : {}),
  }
}
