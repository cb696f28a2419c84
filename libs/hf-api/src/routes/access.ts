import { z } from 'zod'
import { accessRequest, gated } from '../entities.ts'
import { webPrefixOf } from '../repo-kind.ts'
import { route } from '../route.ts'
import { count, kind, repoParams, repoPath, text } from '../schemas.ts'

const SINCE = '0.1.0'
const userName = z.string().min(1).max(200)
const fieldValue = z.union([z.string().max(8192), z.number(), z.boolean()])
const status = z.enum(['pending', 'accepted', 'rejected'], { error: 'status must be pending, accepted or rejected' })
const ASK_ERRORS = ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'INVALID_ARGUMENT', 'FORBIDDEN', 'CONFLICT'] as const
const DECIDE_ERRORS = ['REPO_NOT_FOUND', 'FORBIDDEN', 'INVALID_ARGUMENT', 'NOT_FOUND'] as const

/** Requests for the files of gated repos. */
export const ACCESS_ROUTES = {
  askAccess: route({
    id: 'askAccess', method: 'POST', path: '/api/{kind}/{repo}/ask-access', summary: 'Asks to read the files of a gated repo', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ fields: z.record(z.string(), fieldValue).nullish() }).default({}) },
    response: { kind: 'json', schema: accessRequest }, errors: ASK_ERRORS, permission: 'repo.askAccess', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/ask-access`, contentType: 'application/json', body: '{"fields":{"Affiliation":"none"}}' }),
  }),
  askAccessForm: route({
    id: 'askAccessForm', method: 'POST', path: '/{web}{repo}/ask-access', summary: "The same from the form on a repo's page; leads back to it", params: repoParams,
    body: { kind: 'form', schema: z.record(z.string(), z.union([fieldValue, z.array(z.string().max(8192))])).default({}) },
    response: { kind: 'empty' }, errors: ASK_ERRORS, permission: 'repo.askAccess', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/${webPrefixOf(which)}${repo}/ask-access`, contentType: 'application/x-www-form-urlencoded', body: 'Affiliation=none' }),
  }),
  ownAccess: route({
    id: 'ownAccess', method: 'GET', path: '/api/{kind}/{repo}/ask-access', summary: "What became of the caller's own request", params: repoParams,
    response: { kind: 'json', schema: z.object({ gated, request: accessRequest.nullable() }) }, errors: ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'FORBIDDEN'],
    permission: 'repo.askAccess', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/ask-access` }),
  }),
  listAccessRequests: route({
    id: 'listAccessRequests', method: 'GET', path: '/api/{kind}/{repo}/user-access-request/{status}', summary: 'Requests for access, newest first, by page',
    params: z.object({ kind, repo: repoPath, status }), query: z.looseObject({ limit: count, cursor: text }),
    response: { kind: 'json', schema: z.array(accessRequest) }, errors: DECIDE_ERRORS, permission: 'repo.readAccessRequests', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/user-access-request/pending` }),
  }),
  handleAccessRequest: route({
    id: 'handleAccessRequest', method: 'POST', path: '/api/{kind}/{repo}/user-access-request/handle', summary: 'Accepts or rejects a request, or takes that back', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ user: userName.nullish(), requestId: z.string().max(100).nullish(), status, rejectionReason: z.string().max(8192).nullish() }) },
    response: { kind: 'json', schema: accessRequest }, errors: DECIDE_ERRORS, permission: 'repo.administer', since: SINCE,
    example: ({ kind: which, repo }) => ({
      path: `/api/${which}/${repo}/user-access-request/handle`, contentType: 'application/json', body: '{"user":"nobody-here","status":"accepted"}',
    }),
  }),
  grantAccess: route({
    id: 'grantAccess', method: 'POST', path: '/api/{kind}/{repo}/user-access-request/grant', summary: 'Lets a user in who need not have asked', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ user: userName }) },
    response: { kind: 'json', schema: accessRequest }, errors: DECIDE_ERRORS, permission: 'repo.administer', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/user-access-request/grant`, contentType: 'application/json', body: '{"user":"nobody-here"}' }),
  }),
}
