import { HearthError } from '@hearth/errors'
import { webPrefixOf, type LfsBatchObject } from '@hearth/hf-api'
import { LfsOperation, type LfsMultipartUpload, type LfsObjectAnswer } from '@hearth/proto/storage/v1/content'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { required } from '../mappers/required.ts'

const LFS_HEADERS = { 'content-type': 'application/vnd.git-lfs+json' } as const

export function createLfsHandlers({ lfs }: HttpDeps): Pick<Handlers, 'lfsBatch' | 'lfsVerify'> {
  return {
    async lfsBatch({ params, body }, call) {
      const algorithm = body.hash_algo ?? 'sha256'
      if (algorithm !== 'sha256' && algorithm !== 'sha_256') throw new HearthError('CONFLICT', 'hash_algo must be sha256')
      const { answers } = await lfs.batchObjects({
        repo: toRepoName(params.kind, params.repo),
        operation: body.operation === 'upload' ? LfsOperation.LFS_OPERATION_UPLOAD : LfsOperation.LFS_OPERATION_DOWNLOAD,
        objects: body.objects.map(({ oid, size }) => ({ sha256: oid, sizeBytes: BigInt(size) })),
        acceptsMultipart: body.transfers?.includes('multipart') ?? false,
      }, call.rpc)
      const links: Links = { origin: call.origin, verify: `${call.origin}/${webPrefixOf(params.kind)}${params.repo}.git/info/lfs/objects/verify` }
      const isMultipart = answers.some(({ outcome }) => outcome?.$case === 'multipartUpload')
      return json({ transfer: isMultipart ? 'multipart' : 'basic', hash_algo: 'sha256', objects: answers.map((answer) => toBatchObject(answer, links)) }, LFS_HEADERS)
    },
    async lfsVerify({ params, body }, call) {
      await lfs.verifyObject({ repo: toRepoName(params.kind, params.repo), object: { sha256: body.oid, sizeBytes: BigInt(body.size) } }, call.rpc)
      return json({}, LFS_HEADERS)
    },
  }
}

interface Links {
  readonly origin: string
  readonly verify: string
}

/** An object that is there has no actions at all: the official client stumbles over empty ones. */
function toBatchObject({ object, outcome }: LfsObjectAnswer, { origin, verify }: Links): LfsBatchObject {
  const { sha256, sizeBytes } = required(object, 'its object')
  const base = { oid: sha256, size: Number(sizeBytes) }
  const verifyAction = { href: verify }
  switch (outcome?.$case) {
    case 'present': return base
    case 'singleUpload': return {
      ...base, actions: { upload: { href: `${origin}${outcome.value.putPath}`, expires_in: outcome.value.expiresInSeconds }, verify: verifyAction },
    }
    case 'multipartUpload': return {
      ...base, actions: { upload: { href: `${origin}${outcome.value.completePath}`, header: partHeader(outcome.value, origin), expires_in: outcome.value.expiresInSeconds }, verify: verifyAction },
    }
    case 'download': return { ...base, actions: { download: { href: `${origin}${outcome.value.getPath}`, expires_in: outcome.value.expiresInSeconds } } }
    case 'problem': return { ...base, error: { code: outcome.value.code, message: outcome.value.message } }
    case undefined: throw new HearthError('INTERNAL', 'an object came back without an outcome')
  }
}

function partHeader({ partSizeBytes, partPaths }: LfsMultipartUpload, origin: string): Record<string, string> {
  const parts = partPaths.map((path, index) => [String(index + 1), `${origin}${path}`] as const)
  return { chunk_size: String(partSizeBytes), ...Object.fromEntries(parts) }
}

