import type { Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'
import { PAGE_HEADERS } from '../pages/html.ts'
import { renderRepoPage } from '../pages/repo-page.ts'
import { redirectIfRenamed } from '../renamed.ts'

export function createPageHandlers({ repos }: HttpDeps): Pick<Handlers, 'repoPage'> {
  return {
    async repoPage({ params }, call) {
      const answer = await repos.getRepo({ repo: toRepoName(params.kind, params.repo), revision: undefined, includeSiblings: true, includeBlobs: false, includeCardText: true, details: undefined }, call.rpc)
      const repo = requireRepo(answer.repo)
      return redirectIfRenamed(call, params, repo) ?? { kind: 'text', body: renderRepoPage(params.kind, repo, answer), headers: PAGE_HEADERS }
    },
  }
}
