import { z } from 'zod'

export interface KnownKey {
  readonly name: string
  readonly isSecret: boolean
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, { readonly secret?: boolean }>>
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly allOf?: readonly SchemaNode[]
}

const SECRET_NAME = /(?:SECRET|PASSWORD|TOKEN|_KEY|_SEED)$/

/** The variables that a schema reads, in its order; alternatives and intersections are walked. */
export function knownKeys(schema: z.ZodType): KnownKey[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode
  const found = new Map<string, KnownKey>()
  for (const [name, property] of propertiesOf(root)) {
    if (!found.has(name)) found.set(name, { name, isSecret: property.secret === true || SECRET_NAME.test(name) })
  }
  return [...found.values()]
}

function* propertiesOf(node: SchemaNode): Generator<[string, { readonly secret?: boolean }]> {
  yield* Object.entries(node.properties ?? {})
  for (const inner of [...(node.allOf ?? []), ...(node.anyOf ?? []), ...(node.oneOf ?? [])]) yield* propertiesOf(inner)
}
