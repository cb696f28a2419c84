import { z } from 'zod'
import { gated } from '../entities.ts'
import { typeNameOf } from '../repo-kind.ts'
import { route } from '../route.ts'
import { absoluteUrl, acknowledged, count, date, objectId, repoParams, text } from '../schemas.ts'

const SINCE = '0.1.0'
const visibility = z.enum(['public', 'private'], { error: 'visibility must be public or private' }).nullish()
const repoType = z.enum(['model', 'dataset', 'space'], { error: 'type must be model, dataset or space' }).nullish()
const repoName = z.string().min(1).max(200)
const organization = z.string().max(96).nullish()

const createBody = z.looseObject({
  name: repoName, organization, type: repoType, visibility, private: z.boolean().nullish(),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static'], { error: 'sdk must be gradio, streamlit, docker or static' }).nullish(),
  license: z.string().max(80).nullish(),
  files: z.array(z.looseObject({ path: z.string().min(1).max(4096), content: z.string(), encoding: z.enum(['base64', 'utf-8', 'utf8']).nullish() })).max(100).nullish(),
})

const storageQuery = z.looseObject({ limit: count, cursor: text })
const repoStorage = z.object({
  id: z.string(), type: z.enum(['model', 'dataset', 'space']), updatedAt: date, visibility: z.enum(['public', 'private']), storage: z.number(), storagePercent: z.number(),
})

const card = z.looseObject({ content: z.string(), repoType: z.string().nullish() })
const findings = z.array(z.object({ message: z.string() }))

export const REPO_ROUTES = {
  createRepo: route({
    id: 'createRepo', method: 'POST', path: '/api/repos/create', summary: 'Creates a repo, with a few light files if wanted', body: { kind: 'json', schema: createBody, maxBytes: 2 << 20 },
    response: { kind: 'json', schema: z.object({ url: absoluteUrl, name: z.string(), id: objectId }) },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'REPO_EXISTS', 'NAMESPACE_NOT_FOUND', 'INVALID_ARGUMENT', 'INVALID_PATH', 'INVALID_CARD', 'TOO_LARGE'], permission: 'namespace.create', since: SINCE,
    example: ({ kind, namespace, freshName }) => json('/api/repos/create', {
      name: freshName, organization: namespace, type: typeNameOf(kind), ...(kind === 'spaces' ? { sdk: 'static' } : {}),
    }),
  }),
  deleteRepo: route({
    id: 'deleteRepo', method: 'DELETE', path: '/api/repos/delete', summary: 'Deletes a repo', body: { kind: 'json', schema: z.looseObject({ name: repoName, organization, type: repoType }) },
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.administer', since: SINCE,
    example: ({ kind, repo }) => json('/api/repos/delete', { name: repo.split('/')[1], organization: repo.split('/')[0], type: typeNameOf(kind) }),
  }),
  moveRepo: route({
    id: 'moveRepo', method: 'POST', path: '/api/repos/move', summary: 'Renames a repo or moves it to another namespace; the old id redirects',
    body: { kind: 'json', schema: z.looseObject({ fromRepo: repoName, toRepo: repoName, type: repoType }) },
    response: { kind: 'json', schema: z.looseObject({ url: absoluteUrl }) },
    errors: ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'FORBIDDEN', 'REPO_EXISTS', 'NAMESPACE_NOT_FOUND', 'INVALID_ARGUMENT'], permission: 'repo.administer', since: SINCE,
    example: ({ kind, repo, namespace, freshName }) => json('/api/repos/move', { fromRepo: repo, toRepo: `${namespace}/${freshName}`, type: typeNameOf(kind) }),
  }),
  duplicateRepo: route({
    id: 'duplicateRepo', method: 'POST', path: '/api/{kind}/{repo}/duplicate', summary: 'Copies a repo with its history, on the server', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ repository: repoName.nullish(), visibility, private: z.boolean().nullish() }).default({}) },
    response: { kind: 'json', schema: z.looseObject({ url: absoluteUrl, id: objectId, filesCopyPending: z.literal(false) }) },
    errors: ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'GATED_REPO', 'FORBIDDEN', 'REPO_EXISTS', 'NAMESPACE_NOT_FOUND', 'INVALID_ARGUMENT'], permission: 'repo.duplicate', since: SINCE,
    example: ({ kind, repo, namespace, freshName }) => json(`/api/${kind}/${repo}/duplicate`, { repository: `${namespace}/${freshName}` }),
  }),
  ownRepos: route({
    id: 'ownRepos', method: 'GET', path: '/api/settings/repositories', summary: "The caller's repos with what they take", query: storageQuery,
    response: { kind: 'json', schema: z.array(repoStorage) }, errors: ['UNAUTHENTICATED', 'FORBIDDEN'], permission: 'user', since: SINCE,
    example: () => ({ path: '/api/settings/repositories' }),
  }),
  organizationRepos: route({
    id: 'organizationRepos', method: 'GET', path: '/api/organizations/{name}/settings/repositories', summary: "An organisation's repos with what they take",
    params: z.object({ name: z.string().min(1).max(96) }), query: storageQuery,
    response: { kind: 'json', schema: z.array(repoStorage) }, errors: ['UNAUTHENTICATED', 'NAMESPACE_NOT_FOUND', 'FORBIDDEN'], permission: 'namespace.member', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/organizations/${namespace}/settings/repositories` }),
  }),
  updateSettings: route({
    id: 'updateSettings', method: 'PUT', path: '/api/{kind}/{repo}/settings', summary: 'Changes visibility or gating', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ visibility, private: z.boolean().nullish(), gated: gated.nullish(), xetEnabled: z.boolean().nullish() }) },
    response: { kind: 'json', schema: z.object({ private: z.boolean(), visibility: z.enum(['public', 'private']), gated }) },
    errors: ['REPO_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.administer', since: SINCE,
    example: ({ kind, repo }) => json(`/api/${kind}/${repo}/settings`, { gated: false }),
  }),
  validateYaml: route({
    id: 'validateYaml', method: 'POST', path: '/api/validate-yaml', summary: 'Checks the metadata block of a card', body: { kind: 'json', schema: card, maxBytes: 8 << 20 },
    response: { kind: 'json', schema: z.object({ warnings: findings, errors: findings }) }, errors: ['INVALID_CARD'], permission: 'public', since: SINCE,
    example: () => json('/api/validate-yaml', { content: '---\nlicense: mit\n---\n', repoType: 'model' }),
  }),
  authCheck: route({
    id: 'authCheck', method: 'GET', path: '/api/{kind}/{repo}/auth-check', summary: 'May the caller read the files', params: repoParams,
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'GATED_REPO'], permission: 'repo.readContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/auth-check` }),
  }),
  authCheckWrite: route({
    id: 'authCheckWrite', method: 'GET', path: '/api/{kind}/{repo}/auth-check/write', summary: 'May the caller write', params: repoParams,
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'GATED_REPO', 'FORBIDDEN'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/auth-check/write` }),
  }),
}

function json(path: string, body: unknown): { path: string; contentType: string; body: string } {
  return { path, contentType: 'application/json', body: JSON.stringify(body) }
}
