import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { GitOid, Sha256 } from '@hearth/ids'
import { accountOf } from './access.ts'
import type { CommitOperation } from './commit-operation.ts'
import { makeObject, type GitObject } from './git/git-object.ts'
import { formatPointer, parsePointer } from './git/lfs-pointer.ts'
import type { BlobFacts, StagedBlob } from './git-store-port.ts'
import type { StorageContext } from './ports.ts'
import type { Repo } from './repo.ts'

/** The blob that one `add` line puts into the tree. `object` is set when the commit has to write it. */
export interface SourceBlob {
  readonly facts: BlobFacts
  readonly object: GitObject | undefined
}

export interface CommitSources {
  staged(oid: GitOid): SourceBlob
  lfs(sha256: Sha256): SourceBlob
}

type Reads = Pick<StorageContext, 'git' | 'lfs'>

/**
 * Looks up what the `add` lines name, before the repo is locked. Throws INVALID_ARGUMENT for a blob that was not sent,
 * LFS_OBJECT_MISSING for an object that no commit of this repo names and the caller has not sent to it: whether it is known
 * otherwise is never told.
 */
export async function gatherSources(reads: Reads, actor: Actor, repo: Repo, operations: readonly CommitOperation[]): Promise<CommitSources> {
  const blobs = operations.filter((operation) => operation.kind === 'addBlob')
  const objects = operations.filter((operation) => operation.kind === 'addLfs')
  const staged = await readStaged(reads, repo, blobs)
  const pointers = new Map([...staged].flatMap(([oid, blob]) => {
    const pointer = blob.pointerText === undefined ? undefined : parsePointer(blob.pointerText)
    return pointer === undefined ? [] : [[oid, pointer] as const]
  }))
  const wanted = new Set([...objects.map((operation) => operation.sha256), ...[...pointers.values()].map((pointer) => pointer.sha256)])
  const held = wanted.size === 0 ? new Map<Sha256, number>() : await reads.lfs.findInRepo(repo.id, [...wanted], accountOf(actor))
  const lfs = new Map<Sha256, SourceBlob>()
  for (const operation of objects) lfs.set(operation.sha256, lfsSource(operation, held.get(operation.sha256)))
  return {
    staged: (oid) => stagedSource(staged, oid, held, pointers.get(oid)),
    lfs: (sha256) => mustGet(lfs, sha256),
  }
}

async function readStaged(
  reads: Reads, repo: Repo, blobs: readonly Extract<CommitOperation, { kind: 'addBlob' }>[],
): Promise<ReadonlyMap<GitOid, StagedBlob>> {
  if (blobs.length === 0) return new Map()
  const staged = await reads.git.readStagedBlobs(repo.id, [...new Set(blobs.map((operation) => operation.blobOid))])
  const missing = blobs.find((operation) => !staged.has(operation.blobOid))
  if (missing === undefined) return staged
  throw new HearthError('INVALID_ARGUMENT', `The content of ${JSON.stringify(missing.path)} was not sent: no blob ${missing.blobOid} in this repository`)
}

/** An object of no bytes has no pointer form; git-lfs keeps an empty file as it is. */
function lfsSource(operation: Extract<CommitOperation, { kind: 'addLfs' }>, heldBytes: number | undefined): SourceBlob {
  const { path, sha256, sizeBytes } = operation
  if (heldBytes === undefined) {
    throw new HearthError('LFS_OBJECT_MISSING', `The LFS object ${sha256} of ${JSON.stringify(path)} was not uploaded to this repository`, { metadata: { oid: sha256, path: path.slice(0, 500) } })
  }
  if (sizeBytes !== undefined && sizeBytes !== heldBytes) {
    throw new HearthError('INVALID_ARGUMENT', `The LFS object ${sha256} of ${JSON.stringify(path)} has ${heldBytes} bytes, not ${sizeBytes}`)
  }
  const lfs = heldBytes === 0 ? undefined : { sha256, sizeBytes: heldBytes }
  const object = makeObject('blob', lfs === undefined ? Buffer.alloc(0) : formatPointer(lfs))
  return { facts: { oid: object.oid, sizeBytes: object.data.length, lfs }, object }
}

/** A plain file whose text is the pointer of an object that this repo holds, with its true size, is that object. */
function stagedSource(
  staged: ReadonlyMap<GitOid, StagedBlob>, oid: GitOid, held: ReadonlyMap<Sha256, number>, pointer: ReturnType<typeof parsePointer>,
): SourceBlob {
  const blob = mustGet(staged, oid)
  const isHeld = pointer !== undefined && held.get(pointer.sha256) === pointer.sizeBytes
  return { facts: { oid, sizeBytes: blob.sizeBytes, lfs: blob.lfs ?? (isHeld ? pointer : undefined) }, object: undefined }
}

function mustGet<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new HearthError('INTERNAL', `no source for ${String(key)}`)
  return value
}
