import { HearthError } from '@hearth/errors'
import { RepoAction, type CommitOperation, type CreateCommitRequest } from '@hearth/proto/storage/v1/content'
import type { RepoName } from '@hearth/proto/storage/v1/repos'
import { COMMIT_LIMITS, openCommitBody, type CommitLine } from '../../domain/commit-lines.ts'
import { assertCard } from '../../domain/inline-file.ts'
import type { StagedFile } from '../../domain/ports.ts'
import { streamBody } from '../body.ts'
import { json, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { idOf, repoUrl, toRepoName } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'

/** A large commit writes many rows. */
const COMMIT_TIMEOUT_MS = 120_000

export function createCommitHandler(deps: HttpDeps): Pick<Handlers, 'commit'> {
  return {
    async commit({ params, query }, call) {
      if (call.isAnonymous) await refuseAnonymous(deps, toRepoName(params.kind, params.repo), call)
      const target: Target = { repo: toRepoName(params.kind, params.repo), revision: params.revision, createPr: query.create_pr ?? false }
      const { header, lines } = await openCommitBody(streamBody(call.req, deps.settings.bodyIdleTimeoutMs), COMMIT_LIMITS)
      const operations = await collectOperations(deps, { target, lines }, call)
      const request: CreateCommitRequest = { ...target, ...header, operations }
      const answer = await deps.content.createCommit(request, { ...call.rpc, timeoutMs: COMMIT_TIMEOUT_MS })
      const url = repoUrl(call.origin, params.kind, idOf(requireRepo(answer.repo)))
      const pull = answer.pullRequestNumber
      return json({
        success: true, commitOid: answer.commitOid, commitUrl: `${url}/commit/${answer.commitOid}`, hookOutput: '',
        ...(pull === undefined ? {} : { pullRequestUrl: `${url}/discussions/${pull}` }),
      })
    },
  }
}

/** Nobody's body is read: a repo that may be seen asks for a login, another one is not there. */
async function refuseAnonymous({ content }: HttpDeps, repo: RepoName, call: Call): Promise<never> {
  await content.openRepo({ repo, revision: undefined, action: RepoAction.REPO_ACTION_SEE }, call.rpc)
  throw new HearthError('UNAUTHENTICATED', 'Log in first: a commit needs an access token')
}

interface Target {
  readonly repo: RepoName
  readonly revision: string
  readonly createPr: boolean
}

interface CommitInput {
  readonly target: Target
  readonly lines: AsyncIterable<CommitLine>
}

/** Inline files pass through to the data plane one by one; what is kept is an operation each. */
async function collectOperations(deps: HttpDeps, { target, lines }: CommitInput, call: Call): Promise<CommitOperation[]> {
  const operations: CommitOperation[] = []
  const staged: Staged[] = []
  const iterator = lines[Symbol.asyncIterator]()
  const nextFile = (): Promise<FileLine | undefined> => takeUntilFile(iterator, operations)
  const first = await nextFile()
  if (first === undefined) return operations
  const { stagingPath } = await deps.content.openStaging(target, call.rpc)
  const files = async function* (): AsyncGenerator<StagedFile, void, undefined> {
    for (let line: FileLine | undefined = first; line !== undefined; line = await nextFile()) {
      staged.push({ index: operations.length, line: { path: line.path, oldPath: line.oldPath } })
      operations.push({ kind: undefined })
      yield { sizeBytes: line.content.length, bytes: [line.content] }
    }
  }
  const blobs = await deps.dataPlane.stage(stagingPath, files(), call.rpc.signal)
  if (blobs.length !== staged.length) throw new HearthError('INTERNAL', 'the data plane took another number of files')
  staged.forEach(({ index, line }, at) => {
    operations[index] = { kind: { $case: 'addBlob', value: { path: line.path, blobOid: blobs[at]?.oid ?? '', oldPath: line.oldPath } } }
  })
  return operations
}

type FileLine = Extract<CommitLine, { readonly kind: 'file' }>

interface Staged {
  readonly index: number
  readonly line: { readonly path: string; readonly oldPath: string | undefined }
}

async function takeUntilFile(lines: AsyncIterator<CommitLine>, operations: CommitOperation[]): Promise<FileLine | undefined> {
  for (;;) {
    const { done, value: line } = await lines.next()
    if (done === true) return undefined
    if (line.kind === 'file') {
      assertCard(line.path, line.content)
      return line
    }
    operations.push(toOperation(line))
  }
}

function toOperation(line: Exclude<CommitLine, FileLine>): CommitOperation {
  switch (line.kind) {
    case 'lfsFile': return {
      kind: { $case: 'addLfs', value: { path: line.path, sha256: line.sha256, sizeBytes: line.sizeBytes === undefined ? undefined : BigInt(line.sizeBytes), oldPath: line.oldPath } },
    }
    case 'deletedFile': return { kind: { $case: 'deleteFile', value: { path: line.path } } }
    case 'deletedFolder': return { kind: { $case: 'deleteFolder', value: { path: line.path } } }
  }
}
