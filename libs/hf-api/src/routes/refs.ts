import { z } from 'zod'
import { commit, gitRef } from '../entities.ts'
import { route } from '../route.ts'
import { acknowledged, count, flag, kind, list, repoParams, repoPath, revisionParams, text } from '../schemas.ts'

const SINCE = '0.1.0'
const refName = z.string().min(1).max(255)
const branchParams = z.object({ kind, repo: repoPath, branch: refName })

export const REF_ROUTES = {
  listRefs: route({
    id: 'listRefs', method: 'GET', path: '/api/{kind}/{repo}/refs', summary: 'Branches, tags, converted branches, pull requests', params: repoParams,
    query: z.looseObject({ include_prs: flag, include_pull_requests: flag }),
    response: { kind: 'json', schema: z.object({ branches: z.array(gitRef), converts: z.array(gitRef), tags: z.array(gitRef), pullRequests: z.array(gitRef).optional() }) },
    errors: ['REPO_NOT_FOUND'], permission: 'repo.see', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/refs` }),
  }),
  listCommits: route({
    id: 'listCommits', method: 'GET', path: '/api/{kind}/{repo}/commits/{revision}', summary: 'History, newest first, by page', params: revisionParams,
    query: z.looseObject({ limit: count, p: count, cursor: text, expand: list }),
    response: { kind: 'json', schema: z.array(commit) }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND'], permission: 'repo.see', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/commits/main` }),
  }),
  createBranch: route({
    id: 'createBranch', method: 'POST', path: '/api/{kind}/{repo}/branch/{branch}', summary: 'Creates a branch', params: branchParams,
    body: { kind: 'json', schema: z.looseObject({ startingPoint: z.string().max(1024).nullish(), emptyBranch: z.boolean().nullish(), overwrite: z.boolean().nullish() }).default({}) },
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'REF_EXISTS', 'FORBIDDEN', 'INVALID_ARGUMENT'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind: which, repo, freshName }) => ({ path: `/api/${which}/${repo}/branch/${freshName}`, contentType: 'application/json', body: '{}' }),
  }),
  deleteBranch: route({
    id: 'deleteBranch', method: 'DELETE', path: '/api/{kind}/{repo}/branch/{branch}', summary: 'Deletes a branch', params: branchParams,
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'FORBIDDEN', 'INVALID_ARGUMENT'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind: which, repo, freshName }) => ({ path: `/api/${which}/${repo}/branch/${freshName}` }),
  }),
  squashHistory: route({
    id: 'squashHistory', method: 'POST', path: '/api/{kind}/{repo}/super-squash/{branch}', summary: 'Replaces the history of a branch by one commit', params: branchParams,
    body: { kind: 'json', schema: z.looseObject({ message: z.string().max(65_536).nullish() }).default({}) },
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'FORBIDDEN', 'INVALID_ARGUMENT'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/super-squash/main`, contentType: 'application/json', body: '{"message":"all in one"}' }),
  }),
  createTag: route({
    id: 'createTag', method: 'POST', path: '/api/{kind}/{repo}/tag/{revision}', summary: 'Creates a tag on a revision', params: revisionParams,
    body: { kind: 'json', schema: z.looseObject({ tag: refName, message: z.string().max(65_536).nullish() }) },
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'REF_EXISTS', 'FORBIDDEN', 'INVALID_ARGUMENT'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind: which, repo, freshName }) => ({ path: `/api/${which}/${repo}/tag/main`, contentType: 'application/json', body: JSON.stringify({ tag: freshName }) }),
  }),
  deleteTag: route({
    id: 'deleteTag', method: 'DELETE', path: '/api/{kind}/{repo}/tag/{tag}', summary: 'Deletes a tag', params: z.object({ kind, repo: repoPath, tag: refName }),
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind: which, repo, freshName }) => ({ path: `/api/${which}/${repo}/tag/${freshName}` }),
  }),
}
