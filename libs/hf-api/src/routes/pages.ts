import { webPrefixOf } from '../repo-kind.ts'
import { route } from '../route.ts'
import { repoParams } from '../schemas.ts'

export const PAGE_ROUTES = {
  repoPage: route({
    id: 'repoPage', method: 'GET', path: '/{web}{repo}', summary: 'A repo as a page', params: repoParams, response: { kind: 'html' }, errors: ['REPO_NOT_FOUND'],
    permission: 'repo.see', since: '0.1.0',
    example: ({ kind, repo }) => ({ path: `/${webPrefixOf(kind)}${repo}` }),
  }),
}
