import { z } from 'zod'
import { route } from '../route.ts'
import { count, date, objectId, repoParams, text } from '../schemas.ts'

const SINCE = '0.1.0'
const pageQuery = z.looseObject({ limit: count, cursor: text })
const counted = z.looseObject({ likes: z.number() })

export const LIKE_ROUTES = {
  like: route({
    id: 'like', method: 'POST', path: '/api/{kind}/{repo}/like', summary: 'The caller likes a repo', params: repoParams,
    response: { kind: 'json', schema: counted }, errors: ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.like', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/like`, contentType: 'application/json', body: '{}' }),
  }),
  unlike: route({
    id: 'unlike', method: 'DELETE', path: '/api/{kind}/{repo}/like', summary: 'The caller likes a repo no more', params: repoParams,
    response: { kind: 'json', schema: counted }, errors: ['UNAUTHENTICATED', 'REPO_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.like', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/like` }),
  }),
  likers: route({
    id: 'likers', method: 'GET', path: '/api/{kind}/{repo}/likers', summary: 'Who likes a repo', params: repoParams, query: pageQuery,
    response: { kind: 'json', schema: z.array(z.looseObject({ _id: objectId, user: z.string(), fullname: z.string(), avatarUrl: z.string() })) },
    errors: ['REPO_NOT_FOUND'], permission: 'repo.see', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/likers` }),
  }),
  userLikes: route({
    id: 'userLikes', method: 'GET', path: '/api/users/{name}/likes', summary: 'What a user likes, as far as the caller may see it', params: z.object({ name: z.string().min(1).max(96) }), query: pageQuery,
    response: { kind: 'json', schema: z.array(z.object({ createdAt: date, repo: z.object({ name: z.string(), type: z.enum(['model', 'dataset', 'space']) }) })) },
    errors: ['NOT_FOUND'], permission: 'public', since: SINCE,
    example: () => ({ path: '/api/users/nobody-here/likes' }),
  }),
}
