import type { LfsFile } from '@hearth/proto/storage/v1/content'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { kindOfType, toRepoName } from '../mappers/repo-names.ts'
import { required } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'

/** Every commit of a repo may have to be written anew. */
const REWRITE_TIMEOUT_MS = 600_000
const PAGE = 1000
const MAIN = 'refs/heads/main'

export function createLfsFileHandlers({ lfs }: HttpDeps): Pick<Handlers, 'lfsFiles' | 'deleteLfsFiles' | 'shareLfsFiles'> {
  return {
    async lfsFiles({ params, query }, call) {
      const { repo, files, page } = await lfs.listLfsFiles({ repo: toRepoName(params.kind, params.repo), page: { pageSize: query.limit ?? PAGE, pageToken: query.cursor } }, call.rpc)
      return redirectIfRenamed(call, params, repo) ?? json(files.map(toHeldFile), linkHeader(call, page))
    },
    async deleteLfsFiles({ params, body }, call) {
      const { sha, rewriteHistory } = body.deletions
      await lfs.deleteLfsFiles({ repo: toRepoName(params.kind, params.repo), sha256s: sha, rewriteHistory: rewriteHistory ?? true }, { ...call.rpc, timeoutMs: REWRITE_TIMEOUT_MS })
      return json({})
    },
    async shareLfsFiles({ params, body }, call) {
      const { missingSha256s } = await lfs.shareLfsFiles({
        source: toRepoName(params.kind, params.repo), target: toRepoName(kindOfType(body.target.type), body.target.name), sha256s: body.files.map(({ sha256 }) => sha256),
      }, call.rpc)
      return json({ failed: missingSha256s.map((sha256) => ({ sha256, error: 'this repository does not hold the object' })) })
    },
  }
}

/** An object that no commit names has no file name: it goes by its own. */
function toHeldFile({ object, path, ref, pushTime }: LfsFile): { fileOid: string; filename: string; oid: string; pushedAt: string; ref?: string; size: number } {
  const { sha256, sizeBytes } = required(object, 'its object')
  return {
    fileOid: sha256, filename: path ?? sha256, oid: sha256, pushedAt: required(pushTime, 'the time of the push').toISOString(), size: Number(sizeBytes),
    ...(ref === undefined ? {} : { ref: ref === MAIN ? 'main' : ref }),
  }
}
