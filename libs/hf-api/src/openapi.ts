import { ERRORS } from '@hearth/errors'
import { z } from 'zod'
import { REPO_KINDS, webPrefixOf, type RepoKind } from './repo-kind.ts'
import type { RouteSpec } from './route.ts'

type Json = Record<string, unknown>

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly paths: Record<string, Json>
  readonly components: Json
}

const HIDDEN_PATH = '/@'

/** The table as an OpenAPI 3.1 document; a `{kind}` or `{web}` row becomes one path for each kind. */
export function openApiDocument(routes: readonly RouteSpec[], version: string): OpenApiDocument {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    if (route.path.startsWith(HIDDEN_PATH)) continue
    for (const { path, suffix } of publicPaths(route)) {
      const method = route.method === 'ALL' ? 'post' : route.method.toLowerCase()
      paths[path] = { ...paths[path], [method]: operationOf(route, path, suffix) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Hearth', version, description: 'A self-hosted hub that speaks the HTTP interface of the Hugging Face Hub.' },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

interface PublicPath {
  readonly path: string
  readonly suffix: string
}

function publicPaths(route: RouteSpec): PublicPath[] {
  const whole = route.path.replace('?}', '}')
  const variants = route.path.includes('?}') ? [whole.replace(/\/\{[^}]*\}$/, ''), whole] : [whole]
  const kinds: readonly (RepoKind | undefined)[] = /\{(kind|web)\}/.test(whole) ? REPO_KINDS : [undefined]
  return kinds.flatMap((kind) => variants.map((variant, index) => ({
    path: kind === undefined ? variant : variant.replace('{kind}', kind).replace('{web}', webPrefixOf(kind)),
    suffix: `${kind === undefined ? '' : `_${kind}`}${index === 1 ? '_path' : ''}`,
  })))
}

function operationOf(route: RouteSpec, path: string, suffix: string): Json {
  return {
    operationId: `${route.id}${suffix}`,
    summary: route.summary,
    'x-since': route.since,
    'x-permission': route.permission,
    ...(route.permission === 'public' || route.permission === 'signed' ? {} : { security: [{ token: [] }, {}] }),
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...requestBody(route),
    responses: { '200': successOf(route), ...failuresOf(route) },
  }
}

function pathParameters(path: string): Json[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(route: RouteSpec): Json[] {
  if (route.query === undefined) return []
  const { properties } = schemaOf(route.query) as { properties?: Json }
  return Object.entries(properties ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
}

function requestBody(route: RouteSpec): Json {
  const { body } = route
  if (body === undefined) return {}
  if (body.kind === 'stream') return { requestBody: { content: { [body.contentType]: { schema: { type: 'string' } } } } }
  const schema = schemaOf(body.schema)
  const content: Json = { 'application/json': { schema } }
  if (body.kind === 'form') content['application/x-www-form-urlencoded'] = { schema }
  return { requestBody: { content } }
}

function successOf(route: RouteSpec): Json {
  switch (route.response.kind) {
    case 'json': return { description: 'Success', content: { 'application/json': { schema: schemaOf(route.response.schema) } } }
    case 'text': return { description: 'Success', content: { 'text/plain': {} } }
    case 'html': return { description: 'Success', content: { 'text/html': {} } }
    case 'bytes': return { description: 'The file, a part of it (206), or a redirect to it (302)', content: { 'application/octet-stream': {} } }
    case 'empty': return { description: 'Nothing' }
  }
}

function failuresOf(route: RouteSpec): Json {
  const byStatus = Map.groupBy(route.errors, (reason) => String(ERRORS[reason].http))
  return Object.fromEntries(Array.from(byStatus, ([status, reasons]) => [status, { description: reasons.join(', ') }]))
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }) as Json
  return rest
}
