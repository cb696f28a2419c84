import type { TxRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId } from '@hearth/ids'
import { DEFAULT_REF } from '../domain/git/ref-names.ts'
import type { DiscussionRecord, GitStore, NewDiscussion, RefChange, RepoTransaction } from '../domain/git-store-port.ts'
import type { RepoType } from '../domain/repo.ts'
import { hexParam } from './bytea.ts'
import type { FactsWriter, KnownFacts } from './facts-writer.pg.ts'
import { createGitBlobStore } from './git-blob-store.pg.ts'
import { createGitReader } from './git-reader.pg.ts'
import { createTurns } from './in-turn.ts'
import { dropLfsObjects } from './lfs-files.pg.ts'
import { insertCommit, insertObject } from './object-writer.pg.ts'
import type { StoreOptions } from './store-options.ts'
import type { ObjectCaches } from './tree-cache.ts'

export interface GitStoreOptions extends StoreOptions {
  readonly caches: ObjectCaches
  readonly writeFacts: FactsWriter
}

export function createGitStore(options: GitStoreOptions): GitStore {
  const { db, caches } = options
  const turns = createTurns<ObjectId>()
  return {
    ...createGitReader(db, caches),
    transact: (repoId, work, signal) => turns.take(repoId, () => db.transaction(async (tx) => {
      await lockRepo(tx, repoId)
      signal.throwIfAborted()
      return work(repoTransaction(options, tx, repoId))
    }), signal),
    findDiscussion: (repoId, number) => findDiscussion(options, repoId, number),
  }
}

/** One writer for each repo, whatever process it runs in. What is read afterwards is up to date. */
export async function lockRepo(tx: TxRunner, repoId: ObjectId): Promise<void> {
  await tx.run({ name: 'lock-repo', text: `select pg_advisory_xact_lock(hashtextextended('hearth.repo:' || $1, 0))`, values: [repoId] })
}

function repoTransaction(options: GitStoreOptions, tx: TxRunner, repoId: ObjectId): RepoTransaction {
  let newBytes = 0
  const reader = createGitReader(tx, options.caches)
  /** Of the commits made here: asking for one would put it into the shared cache before it is certain. */
  const madeTrees = new Map<GitOid, GitOid>()
  return {
    ...reader,
    readBlob: createGitBlobStore(tx).readBlob,
    async addCommit(commit) {
      madeTrees.set(commit.record.oid, commit.record.treeOid)
      newBytes += await insertCommit(tx, repoId, commit)
    },
    async changeRef(change) {
      await writeRef(tx, repoId, change)
      const bytes = newBytes
      newBytes = 0
      const { known, ...identity } = await touchRepo(tx, repoId, change, bytes)
      const to = change.kind === 'set' ? change.to : null
      const treeOid = to === null || change.name !== DEFAULT_REF ? undefined : (madeTrees.get(to) ?? (await reader.findCommit(repoId, to))?.treeOid)
      if (treeOid !== undefined) await options.writeFacts(tx, { repoId, type: identity.repoType, treeOid }, known)
      await options.addEvent(tx, { type: 'hearth.storage.v1.ref.moved', payload: { repoId, ...identity, ref: change.name, from: change.from ?? null, to } })
    },
    dropLfsObjects: (sha256s) => dropLfsObjects(options, tx, { repoId, sha256s }),
    addDiscussion: (discussion) => addDiscussion(tx, repoId, discussion),
  }
}

const SET_REF_SQL = `
insert into refs (repo_id, name, oid, tag_oid) values ($1, $2, $3, $4)
on conflict (repo_id, name) do update set oid = excluded.oid, tag_oid = excluded.tag_oid, updated_at = now()`

async function writeRef(tx: TxRunner, repoId: ObjectId, change: RefChange): Promise<void> {
  if (change.kind === 'delete') {
    await tx.run({ name: 'delete-ref', text: 'delete from refs where repo_id = $1 and name = $2', values: [repoId, change.name] })
    return
  }
  if (change.tag !== undefined) await insertObject(tx, repoId, change.tag)
  await tx.run({ name: 'set-ref', text: SET_REF_SQL, values: [repoId, change.name, hexParam(change.to), change.tag === undefined ? null : hexParam(change.tag.oid)] })
}

interface RepoIdentity {
  readonly repoType: RepoType
  readonly namespace: string
  readonly name: string
}
type TouchedRow = RepoIdentity & KnownFacts

const TOUCHED = `type as "repoType", namespace, name, facts_key as "factsKey", facts_version as "factsVersion", weights_key as "weightsKey"`

const TOUCH_SQL = `
update repos set used_storage_bytes = used_storage_bytes + $2, head_oid = coalesce($3::bytea, head_oid),
  last_modified_at = case when $3::bytea is null then last_modified_at else greatest(now(), last_modified_at) end
where id = $1 returning ${TOUCHED}`

const IDENTITY_SQL = `select ${TOUCHED} from repos where id = $1`

/** Only the default branch's head, and new bytes, change the repo's own row. */
async function touchRepo(tx: TxRunner, repoId: ObjectId, change: RefChange, newBytes: number): Promise<RepoIdentity & { readonly known: KnownFacts }> {
  const head: GitOid | undefined = change.kind === 'set' && change.name === DEFAULT_REF ? change.to : undefined
  const isUnchanged = head === undefined && newBytes === 0
  const [repo] = isUnchanged
    ? await tx.query<TouchedRow>({ name: 'repo-identity', text: IDENTITY_SQL, values: [repoId] })
    : await tx.query<TouchedRow>({ name: 'touch-repo', text: TOUCH_SQL, values: [repoId, newBytes, head === undefined ? null : hexParam(head)] })
  if (repo === undefined) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
  const { repoType, namespace, name, ...known } = repo
  return { repoType, namespace, name, known }
}

const NEXT_NUMBER_SQL = 'update repos set discussion_count = discussion_count + 1 where id = $1 returning discussion_count as number'
const INSERT_DISCUSSION_SQL = `
insert into discussions (repo_id, number, kind, title, description, status, author_id, author_name) values ($1, $2, $3, $4, $5, 'open', $6, $7)`

async function addDiscussion(tx: TxRunner, repoId: ObjectId, discussion: NewDiscussion): Promise<number> {
  const [row] = await tx.query<{ number: number }>({ name: 'next-discussion', text: NEXT_NUMBER_SQL, values: [repoId] })
  if (row === undefined) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
  const { kind, title, description, authorId, authorName } = discussion
  await tx.run({ name: 'insert-discussion', text: INSERT_DISCUSSION_SQL, values: [repoId, row.number, kind, title, description, authorId, authorName] })
  return row.number
}

const FIND_DISCUSSION_SQL = `
select number, kind, title, description, status, author_id as "authorId", author_name as "authorName" from discussions where repo_id = $1 and number = $2`

async function findDiscussion(options: GitStoreOptions, repoId: ObjectId, number: number): Promise<DiscussionRecord | undefined> {
  const [row] = await options.db.query<DiscussionRecord>({ name: 'find-discussion', text: FIND_DISCUSSION_SQL, values: [repoId, number] })
  return row
}
