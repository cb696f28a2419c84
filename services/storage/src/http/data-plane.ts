import type { IncomingMessage, ServerResponse } from 'node:http'
import { HearthError } from '@hearth/errors'
import { completeUpload, receiveObject, receivePart, type ReceiveContext } from '../domain/receive-object.ts'
import type { RepoEpochs } from '../domain/repo-epochs.ts'
import type { SignedGrant, SignedPaths } from '../domain/signed-path-port.ts'
import { stageFiles, type StagedBlob, type StagedFile } from '../domain/stage-files.ts'
import { readFrames } from '../domain/staging-frames.ts'
import { requestIdOf, sendError, sendJson, sendPreflight, setCommonHeaders } from './answer.ts'
import { waitForTurn } from './client-watch.ts'
import { parseCompletion } from './parse-completion.ts'
import { expectLength, receiveBody, receiveJson } from './receive-body.ts'
import { sendBlob, type BlobSources } from './send-blob.ts'

export interface DataPlaneDeps extends BlobSources, Omit<ReceiveContext, 'objects'> {
  readonly signedPaths: SignedPaths
  readonly epochs: RepoEpochs
  readonly observe: DataPlaneObserver
}

export interface DataPlaneObserver {
  requestDone(event: { readonly requestId: string; readonly method: string; readonly kind: string; readonly status: number; readonly ms: number; readonly isAborted: boolean }): void
  requestFailed(event: { readonly requestId: string; readonly kind: string; readonly error: unknown }): void
}

/** The HTTP side of storage: bytes in and out by signed paths, on the raw server, no framework in between. */
export interface DataPlane {
  /** Answers every request below "/-/". */
  handle(req: IncomingMessage, res: ServerResponse): void
  /** Answers `req` with the bytes behind a signed path. `headers` are sent along; ours win. Owns `res` from here on. */
  serve(req: IncomingMessage, res: ServerResponse, bytes: { readonly dataPath: string; readonly headers: Readonly<Record<string, string>> }): Promise<void>
  /** Takes the inline files of a commit through a signed staging path. */
  stage(stagingPath: string, files: AsyncIterable<StagedFile>, signal?: AbortSignal): Promise<readonly StagedBlob[]>
  /** Resolves when nothing is under way. Whoever owns the listener takes no new requests from then on. */
  drain(): Promise<void>
}

const PATH = /^\/-\/(blob|lfs|stage)\/([\w.-]{1,4096})$/
const MAX_COMPLETION_BYTES = 1024 * 1024

export function createDataPlane(deps: DataPlaneDeps): DataPlane {
  const running = new Set<Promise<unknown>>()
  const track = <T>(work: Promise<T>): Promise<T> => {
    const ended: Promise<unknown> = work.catch(() => undefined).then(() => running.delete(ended))
    running.add(ended)
    return work
  }
  return {
    handle(req, res) {
      void track(answer(deps, req, res, async () => {
        if (req.method === 'OPTIONS') return sendPreflight(res)
        const grant = await openPath(deps, req.url ?? '')
        await answerGrant(deps, req, res, grant)
      }))
    },
    serve: (req, res, { dataPath, headers }) => track(answer(deps, req, res, async () => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      const grant = await openPath(deps, dataPath)
      if (grant.kind !== 'readBlob') throw notFound()
      await sendBlob(req, res, grant, deps)
    })),
    stage: (stagingPath, files, signal) => track(stageAt(deps, stagingPath, files, signal)),
    async drain() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

async function stageAt(deps: DataPlaneDeps, stagingPath: string, files: AsyncIterable<StagedFile>, signal: AbortSignal | undefined): Promise<readonly StagedBlob[]> {
  const grant = await openPath(deps, stagingPath)
  if (grant.kind !== 'stage') throw notFound()
  return stageFiles(grant.repoId, files, deps, signal)
}

async function answer(deps: DataPlaneDeps, req: IncomingMessage, res: ServerResponse, work: () => Promise<void> | void): Promise<void> {
  const began = performance.now()
  const requestId = requestIdOf(req)
  const kind = PATH.exec(pathOf(req.url ?? ''))?.[1] ?? 'serve'
  res.on('close', () => deps.observe.requestDone({ requestId, method: req.method ?? '', kind, status: res.statusCode, ms: performance.now() - began, isAborted: !res.writableFinished }))
  res.on('error', () => undefined)
  setCommonHeaders(res, requestId)
  if (!(await waitForTurn(req, res))) return
  try {
    await work()
  } catch (error) {
    if (sendError(req, res, error)) deps.observe.requestFailed({ requestId, kind, error })
  }
}

async function openPath(deps: DataPlaneDeps, url: string): Promise<SignedGrant> {
  const [, route, token] = PATH.exec(pathOf(url)) ?? []
  if (token === undefined) throw notFound()
  const grant = deps.signedPaths.verify(token)
  if (ROUTES[grant.kind].path !== route) throw notFound()
  await deps.epochs.assertCurrent(grant.repoId, grant.epoch)
  return grant
}

async function answerGrant(deps: DataPlaneDeps, req: IncomingMessage, res: ServerResponse, grant: SignedGrant): Promise<void> {
  assertMethod(req, res, grant)
  switch (grant.kind) {
    case 'readBlob': return sendBlob(req, res, grant, deps)
    case 'stage': return sendJson(res, 200, { blobs: await stageFiles(grant.repoId, readFrames(receiveBody(req)), deps) })
    case 'putObject':
      expectLength(req, grant.sizeBytes)
      await receiveObject(deps, grant, receiveBody(req))
      return sendJson(res, 200, { oid: grant.sha256, size: grant.sizeBytes })
    case 'putPart':
      expectLength(req, grant.sizeBytes)
      await receivePart(deps, grant, receiveBody(req))
      res.setHeader('etag', `"${grant.uploadId}-${grant.partNumber}"`)
      return sendJson(res, 200, { part: grant.partNumber })
    case 'completeUpload':
      await completeUpload(deps, grant, parseCompletion(await receiveJson(req, MAX_COMPLETION_BYTES), grant))
      return sendJson(res, 200, { oid: grant.sha256, size: grant.sizeBytes })
  }
}

const ROUTES = {
  readBlob: { path: 'blob', methods: ['GET', 'HEAD'] }, stage: { path: 'stage', methods: ['POST'] },
  putObject: { path: 'lfs', methods: ['PUT'] }, putPart: { path: 'lfs', methods: ['PUT'] }, completeUpload: { path: 'lfs', methods: ['POST'] },
} as const satisfies Record<SignedGrant['kind'], { readonly path: string; readonly methods: readonly string[] }>

function assertMethod(req: IncomingMessage, res: ServerResponse, grant: SignedGrant): void {
  const allowed: readonly string[] = ROUTES[grant.kind].methods
  if (!allowed.includes(req.method ?? '')) {
    res.setHeader('allow', allowed.join(', '))
    throw new HearthError('METHOD_NOT_ALLOWED', `this link takes ${allowed.join(' or ')}, not ${req.method}`)
  }
  if (req.headers['transfer-encoding'] !== undefined && req.headers['content-length'] !== undefined) throw new HearthError('INVALID_ARGUMENT', 'Content-Length and Transfer-Encoding cannot come together')
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

function notFound(): HearthError {
  return new HearthError('NOT_FOUND', 'there is nothing at this address')
}
