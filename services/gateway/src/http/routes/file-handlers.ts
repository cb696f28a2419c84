import { HearthError, isErrorReason } from '@hearth/errors'
import type { RepoKind } from '@hearth/hf-api'
import { EntryKind, type FileAnswer, type FileProblem, type TreeEntry } from '@hearth/proto/storage/v1/content'
import { countRangeBytes } from '../../domain/byte-range.ts'
import { countDownload } from '../count-download.ts'
import { redirect, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { required } from '../mappers/required.ts'
import { redirectIfRenamed } from '../renamed.ts'

/** Up to here a body is sent from this address; above it the client is sent to the data plane. */
const MAX_DIRECT_BYTES = 1 << 20

interface AskedFile {
  readonly kind: RepoKind
  readonly repo: string
  readonly revision: string
  readonly path: string
  readonly isRaw?: boolean
}

interface FoundFile {
  readonly entry: TreeEntry
  readonly sizeBytes: number
  readonly dataPath: string
  readonly headers: Readonly<Record<string, string>>
  readonly contentHeaders: Readonly<Record<string, string>>
}

type Found = { readonly away: Answer<never> } | { readonly file: FoundFile }

export function createFileHandlers(deps: HttpDeps): Pick<Handlers, 'headFile' | 'getFile' | 'getRaw'> {
  return {
    async headFile({ params }, call) {
      const found = await findFile(deps, params, call)
      if ('away' in found) return found.away
      const { file } = found
      const headers = { ...file.headers, ...file.contentHeaders, 'content-length': String(file.sizeBytes) }
      return { kind: 'empty', status: isNotModified(call, file) ? 304 : 200, headers }
    },
    async getFile({ params }, call) {
      const found = await findFile(deps, params, call)
      if ('away' in found) return found.away
      const { file } = found
      if (isNotModified(call, file)) return { kind: 'empty', status: 304, headers: file.headers }
      const bytes = countRangeBytes(call.req.headers.range, file.sizeBytes)
      if (bytes > MAX_DIRECT_BYTES && deps.settings.dataPlaneMode === 'redirect') return redirect(file.dataPath, 302, file.headers)
      return sendBytes(deps, file, call)
    },
    async getRaw({ params }, call) {
      const found = await findFile(deps, { ...params, isRaw: true }, call)
      return 'away' in found ? found.away : sendBytes(deps, found.file, call)
    },
  }
}

async function findFile(deps: HttpDeps, asked: AskedFile, call: Call): Promise<Found> {
  const { answers } = await deps.content.resolveFiles({ files: [{ repo: toRepoName(asked.kind, asked.repo), revision: asked.revision, path: asked.path, raw: asked.isRaw ?? false }] }, call.rpc)
  const { value: found } = assertFile(required(answers[0]?.outcome, 'an outcome'))
  const away = redirectIfRenamed(call, asked, found.repo)
  if (away !== undefined) return { away }
  const entry = required(found.entry, 'an entry')
  if (entry.kind === EntryKind.ENTRY_KIND_FILE) countDownload(deps, { kind: asked.kind, repoId: found.repo?.id ?? '', path: asked.path }, call)
  if (entry.kind === EntryKind.ENTRY_KIND_DIRECTORY) throw new HearthError('ENTRY_NOT_FOUND', 'Entry not found', { metadata: { sha: found.sha } })
  const sizeBytes = Number(entry.lfs?.sizeBytes ?? entry.sizeBytes)
  const etag = `"${entry.lfs?.sha256 ?? entry.oid}"`
  return {
    file: {
      entry, sizeBytes, dataPath: found.dataPath,
      headers: { 'x-repo-commit': found.sha, etag, 'x-linked-etag': etag, 'x-linked-size': String(sizeBytes), 'accept-ranges': 'bytes' },
      contentHeaders: { 'content-type': found.contentType, 'content-disposition': found.contentDisposition, ...SANDBOX },
    },
  }
}

type Outcome = NonNullable<FileAnswer['outcome']>

function assertFile(outcome: Outcome): Extract<Outcome, { readonly $case: 'file' }> {
  if (outcome.$case === 'file') return outcome
  throw toError(outcome.value)
}

function toError({ reason, message, sha, metadata }: FileProblem): HearthError {
  return new HearthError(isErrorReason(reason) ? reason : 'INTERNAL', message, { metadata: sha === undefined ? metadata : { ...metadata, sha } })
}

/** A user's bytes never act in a page's name. */
const SANDBOX: Readonly<Record<string, string>> = { 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'" }

async function sendBytes(deps: HttpDeps, file: FoundFile, call: Call): Promise<Answer<never>> {
  const headers = { ...call.baseHeaders, ...file.headers, ...file.contentHeaders }
  await deps.dataPlane.serve(call.req, call.res, { dataPath: file.dataPath, headers })
  return { kind: 'taken' }
}

function isNotModified(call: Call, file: FoundFile): boolean {
  const wanted = call.req.headers['if-none-match']
  return wanted !== undefined && wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.headers['etag'])
}
