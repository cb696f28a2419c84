import { HearthError } from '@hearth/errors'
import { UploadMode, type PlannedFile, type UploadPlan } from '@hearth/proto/storage/v1/content'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { toTreeEntry } from '../mappers/tree-entry.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'

const TREE_PAGE = 1000
/** Each row's last commit is searched for. */
const EXPANDED_TREE_PAGE = 100
const SAMPLE_BYTES = 512

export function createContentHandlers({ content }: HttpDeps): Pick<Handlers, 'listTree' | 'pathsInfo' | 'preupload'> {
  return {
    async listTree({ params, query }, call) {
      const expand = query.expand ?? false
      const pageSize = Math.min(query.limit === undefined || query.limit === 0 ? TREE_PAGE : query.limit, expand ? EXPANDED_TREE_PAGE : TREE_PAGE)
      const { repo, entries, page, sha } = await content.listTree({
        repo: toRepoName(params.kind, params.repo), revision: params.revision, path: params.path ?? '', recursive: query.recursive ?? false, expand,
        page: { pageSize, pageToken: query.cursor },
      }, call.rpc)
      return redirectIfRenamed(call, params, repo) ?? json(entries.map(toTreeEntry), { ...linkHeader(call, page), 'x-repo-commit': sha })
    },
    async pathsInfo({ params, body }, call) {
      const { entries } = await content.getPaths({
        repo: toRepoName(params.kind, params.repo), revision: params.revision, paths: body.paths.map((path) => path.replace(/\/+$/, '')), expand: body.expand ?? false,
      }, call.rpc)
      return json(entries.map(toTreeEntry))
    },
    async preupload({ params, query, body }, call) {
      const { plans, sha } = await content.planUpload({
        repo: toRepoName(params.kind, params.repo), revision: params.revision, createPr: query.create_pr ?? false,
        files: body.files.map(toPlannedFile), gitIgnore: body.gitIgnore ?? undefined, gitAttributes: body.gitAttributes ?? undefined,
      }, call.rpc)
      return json({ files: plans.map(toPlan), ...(sha === '' ? {} : { commitOid: sha }) })
    },
  }
}

interface AskedFile {
  readonly path: string
  readonly size: number
  readonly sample?: string | null | undefined
}

function toPlannedFile({ path, size, sample }: AskedFile, index: number): PlannedFile {
  const text = sample ?? ''
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new HearthError('INVALID_ARGUMENT', `files.${index}.sample: is not valid base64`)
  return { path, sizeBytes: BigInt(size), sample: Buffer.from(text, 'base64').subarray(0, SAMPLE_BYTES) }
}

function toPlan({ path, mode, shouldIgnore, presentOid }: UploadPlan): { path: string; uploadMode: 'lfs' | 'regular'; shouldIgnore: boolean; oid?: string } {
  return { path, uploadMode: mode === UploadMode.UPLOAD_MODE_LFS ? 'lfs' : 'regular', shouldIgnore, ...(presentOid === undefined ? {} : { oid: presentOid }) }
}
