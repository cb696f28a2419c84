import { GLOBAL_PERMISSIONS, MAX_SCOPES, NAMESPACE_PERMISSIONS, ORG_ROLES } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName } from '@hearth/ids'
import { z } from 'zod'
import { emailField, fullNameField, nameField, passwordField, tokenNameField } from './account-fields.ts'
import { findTokenProblem, trimAccessToken } from './access-token.ts'

/*
 * The bootstrap file (HEARTH_BOOTSTRAP_FILE): who is there at the first start. Additive: what it names is made when it is
 * missing, nothing is ever removed. The accounts are auth's; `aliases` are handed to storage by whoever reads the file.
 */
const scopes = z.strictObject({
  canReadGatedRepos: z.boolean().default(false),
  global: z.array(z.enum(GLOBAL_PERMISSIONS)).default([]),
  scoped: z.array(z.strictObject({
    // Repos have no ids before they are made: tokens for single repos are made through the API.
    entity: z.strictObject({ type: z.enum(['user', 'org'], { error: 'must be user or org' }), name: nameField }),
    permissions: z.array(z.enum(NAMESPACE_PERMISSIONS)),
  })).max(MAX_SCOPES).default([]),
})

const token = z.strictObject({
  name: tokenNameField,
  value: z.string().transform(trimAccessToken).superRefine((text, ctx) => {
    const problem = findTokenProblem(text)
    if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem })
  }),
  role: z.enum(['read', 'write', 'fineGrained']),
  scopes: scopes.optional(),
}).superRefine((entry, ctx) => {
  if (entry.scopes !== undefined && entry.role !== 'fineGrained') ctx.addIssue({ code: 'custom', path: ['scopes'], message: 'only a fineGrained token has scopes' })
})

const user = z.strictObject({
  name: nameField,
  fullname: fullNameField.optional(),
  email: emailField.optional(),
  password: passwordField.optional(),
  admin: z.boolean().default(false),
  tokens: z.array(token).default([]),
})

const org = z.strictObject({
  name: nameField,
  fullname: fullNameField.optional(),
  defaultVisibility: z.enum(['public', 'private']).default('public'),
  members: z.array(z.strictObject({ user: z.string().min(1), role: z.enum(ORG_ROLES) })).default([]),
})

const alias = z.strictObject({
  type: z.enum(['model', 'dataset', 'space']),
  from: nameField,
  to: z.string().regex(/^[\w.-]{1,96}\/[\w.-]{1,96}$/, 'must be "namespace/name"'),
})

const document = z.strictObject({ users: z.array(user).default([]), orgs: z.array(org).default([]), aliases: z.array(alias).default([]) })
  .superRefine((doc, ctx) => {
    const seen = new Set<string>()
    const once = (key: string, path: (string | number)[], message: string): void => {
      if (seen.has(key)) ctx.addIssue({ code: 'custom', path, message })
      seen.add(key)
    }
    doc.users.forEach(({ name: text }, u) => once(foldName(text), ['users', u, 'name'], 'is named twice (upper and lower case do not matter)'))
    doc.orgs.forEach(({ name: text }, o) => once(foldName(text), ['orgs', o, 'name'], 'is named twice (users and organisations share their names)'))
    doc.users.forEach(({ tokens }, u) => tokens.forEach(({ value }, t) => once(`token ${value}`, ['users', u, 'tokens', t, 'value'], 'is there twice')))
    doc.orgs.forEach(({ name: text, members }, o) => members.forEach((member, m) =>
      once(`member ${foldName(text)} ${foldName(member.user)}`, ['orgs', o, 'members', m, 'user'], 'is a member already')))
    doc.aliases.forEach(({ type, from }, a) => once(`alias ${type} ${foldName(from)}`, ['aliases', a, 'from'], 'is an alias already'))
  })

export type BootstrapDocument = z.infer<typeof document>
export type BootstrapAlias = z.infer<typeof alias>

/** The document in a JSON text. Throws INVALID_ARGUMENT with every problem, each with its field and whose it is; values are never quoted. */
export function parseBootstrapDocument(text: string): BootstrapDocument {
  const json = parseJson(text)
  const parsed = document.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `  ${describePath(json, path)}: ${message}`)
  throw new HearthError('INVALID_ARGUMENT', `the bootstrap document is not valid:\n${problems.join('\n')}`)
}

function parseJson(text: string): unknown {
  try {
    // A byte order mark, as some editors write it, is white space to trim().
    return JSON.parse(text.trim())
  } catch {
    // The parser's own message quotes the text, and that holds secrets.
    throw new HearthError('INVALID_ARGUMENT', 'the bootstrap document is not JSON')
  }
}

/** "users[1].tokens[0].value of ana". */
function describePath(json: unknown, path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').replace(/^\./, '')
  const owner = nameAt(json, path)
  if (text === '') return 'document'
  return owner === undefined ? text : `${text} of ${owner}`
}

function nameAt(json: unknown, path: readonly PropertyKey[]): string | undefined {
  const [list, index] = path
  const entry = typeof index === 'number' ? get(get(json, list), index) : undefined
  const value = get(entry, 'name')
  return typeof value === 'string' && /^[\w.-]{1,96}$/.test(value) ? value : undefined
}

function get(value: unknown, key: PropertyKey | undefined): unknown {
  return typeof value === 'object' && value !== null && key !== undefined ? Reflect.get(value, key) : undefined
}
