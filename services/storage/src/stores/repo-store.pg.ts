import { isUniqueViolation, type TxRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { ObjectId } from '@hearth/ids'
import { DEFAULT_REF } from '../domain/git/ref-names.ts'
import type { NewCommit } from '../domain/git-store-port.ts'
import { foldRepoPath, repoPath, type Repo, type RepoName } from '../domain/repo.ts'
import type { NewRepo, RepoSettings, RepoStore } from '../domain/repo-store-port.ts'
import { findAccessStatus } from './access-request-store.pg.ts'
import { hexParam } from './bytea.ts'
import { NOTHING_KNOWN, type FactsWriter } from './facts-writer.pg.ts'
import { lockRepo } from './git-store.pg.ts'
import type { ListEstimate } from './list-estimate.ts'
import { createListedRows } from './listed-rows.ts'
import { insertCommit } from './object-writer.pg.ts'
import { countRepos, listOwnedRepos, measureRows } from './repo-census.pg.ts'
import { duplicateRepo } from './repo-copy.pg.ts'
import { endRedirect, moveRepo } from './repo-moves.pg.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'
import type { StoreOptions } from './store-options.ts'

export interface RepoStoreOptions extends StoreOptions {
  readonly writeFacts: FactsWriter
  readonly estimate: ListEstimate
}

export function createRepoStore(options: RepoStoreOptions): RepoStore {
  const { db } = options
  const rows = createListedRows(db, options.estimate)
  return {
    findRepo: (name) => findRepo(options, name),
    async findRepoById(id) {
      const [row] = await db.query<RepoRow>({ name: 'find-repo-by-id', text: `select ${REPO_COLUMNS} from repos r where r.id = $1`, values: [id] })
      return row === undefined ? undefined : repoOf(row)
    },
    findAccessStatus: (id, userId) => findAccessStatus(db, id, userId),
    async findReposByIds(ids) {
      return (await db.query<RepoRow>({ name: 'find-repos-by-ids', text: `select ${REPO_COLUMNS} from repos r where r.id = any($1::text[])`, values: [ids] })).map(repoOf)
    },
    listRepos: (query) => rows.list(query),
    insertRepo: (repo, first) => insertRepo(options, repo, first),
    updateSettings: (id, settings) => updateSettings(options, id, settings),
    deleteRepo: (id) => deleteRepo(options, id),
    moveRepo: (id, to) => moveRepo(options, id, to),
    duplicateRepo: (sourceId, copy) => duplicateRepo(options, sourceId, copy),
    measureRows: (id) => measureRows(options, id),
    countRepos: (namespace, visible) => countRepos(options, namespace, visible),
    listOwnedRepos: (query) => listOwnedRepos(options, query),
    upsertAlias: (alias) => upsertAlias(options, alias),
  }
}

/** A repo of that name comes before an alias or old name. */
const FIND_SQL = `
select ${REPO_COLUMNS} from repos r where r.type = $1 and r.path_key = $2
union all
select ${REPO_COLUMNS} from aliases a join repos r on r.type = a.type and r.path_key = a.to_key where a.type = $1 and a.from_key = $2
limit 1`

async function findRepo(options: StoreOptions, name: RepoName): Promise<Repo | undefined> {
  if (name.path.includes('\0')) return undefined
  const [row] = await options.db.query<RepoRow>({ name: 'find-repo', text: FIND_SQL, values: [name.type, foldRepoPath(name.path)] })
  return row === undefined ? undefined : repoOf(row)
}

const INSERT_SQL = `
insert into repos (id, type, namespace, name, namespace_key, path_key, namespace_id, creator_id, visibility, space_sdk, head_oid, created_at, last_modified_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)`

async function insertRepo(options: RepoStoreOptions, repo: NewRepo, first: NewCommit): Promise<Repo> {
  const pathKey = foldRepoPath(repoPath(repo))
  try {
    return await options.db.transaction(async (tx) => {
      await tx.run({
        name: 'insert-repo', text: INSERT_SQL,
        values: [repo.id, repo.type, repo.namespace, repo.name, foldRepoPath(repo.namespace), pathKey, repo.namespaceId, repo.creatorId, repo.visibility, repo.spaceSdk ?? null,
          hexParam(repo.headOid), repo.createdAt],
      })
      await endRedirect(tx, repo.type, pathKey)
      return insertFirstCommit(options, tx, repo, first)
    })
  } catch (error) {
    if (!isUniqueViolation(error, 'repos_name_key')) throw error
    const present = await findRepo(options, { type: repo.type, path: pathKey })
    const path = present === undefined ? repoPath(repo) : repoPath(present)
    throw new HearthError('REPO_EXISTS', `You already created this ${repo.type} repo: ${path}`, { cause: error, metadata: { repo: path } })
  }
}

async function insertFirstCommit(options: RepoStoreOptions, tx: TxRunner, repo: NewRepo, first: NewCommit): Promise<Repo> {
  const bytes = await insertCommit(tx, repo.id, first)
  await tx.run({ text: 'insert into refs (repo_id, name, oid) values ($1, $2, $3)', values: [repo.id, DEFAULT_REF, hexParam(first.record.oid)] })
  await options.writeFacts(tx, { repoId: repo.id, type: repo.type, treeOid: first.record.treeOid }, NOTHING_KNOWN)
  const text = `update repos r set used_storage_bytes = $2 where id = $1 returning ${REPO_COLUMNS}`
  const [row] = await tx.query<RepoRow>({ name: 'finish-repo', text, values: [repo.id, bytes] })
  if (row === undefined) throw new HearthError('INTERNAL', 'a new repo vanished')
  const identity = { repoId: repo.id, repoType: repo.type, namespace: repo.namespace, name: repo.name }
  await options.addEvent(tx, { type: 'hearth.storage.v1.repo.created', payload: identity })
  await options.addEvent(tx, { type: 'hearth.storage.v1.ref.moved', payload: { ...identity, ref: DEFAULT_REF, from: null, to: first.record.oid } })
  return repoOf(row)
}

/** The epoch moves only when something did: repeating a setting does not break links. */
const SETTINGS_SQL = `
update repos r set visibility = coalesce($2, visibility), gated = coalesce($3, gated),
  epoch = epoch + (case when visibility is distinct from coalesce($2, visibility) or gated is distinct from coalesce($3, gated) then 1 else 0 end)
where id = $1 returning ${REPO_COLUMNS}`

async function updateSettings(options: StoreOptions, id: ObjectId, settings: RepoSettings): Promise<Repo | undefined> {
  return options.db.transaction(async (tx) => {
    await lockRepo(tx, id)
    const [row] = await tx.query<RepoRow>({ name: 'update-settings', text: SETTINGS_SQL, values: [id, settings.visibility ?? null, settings.gated ?? null] })
    if (row === undefined) return undefined
    const repo = repoOf(row)
    const payload = { repoId: id, repoType: repo.type, namespace: repo.namespace, name: repo.name, visibility: repo.visibility, gated: repo.gated, epoch: repo.epoch }
    await options.addEvent(tx, { type: 'hearth.storage.v1.repo.updated', payload })
    return repo
  })
}

async function deleteRepo(options: StoreOptions, id: ObjectId): Promise<void> {
  await options.db.transaction(async (tx) => {
    await lockRepo(tx, id)
    const [row] = await tx.query<RepoRow>({ name: 'delete-repo', text: `delete from repos r where id = $1 returning ${REPO_COLUMNS}`, values: [id] })
    if (row === undefined) return
    const repo = repoOf(row)
    await tx.run({ text: 'delete from commits where repo_id = $1', values: [id] })
    await tx.run({ text: 'delete from git_objects where repo_id = $1', values: [id] })
    await tx.run({ text: `delete from aliases where type = $1 and to_key = $2 and kind = 'redirect'`, values: [repo.type, foldRepoPath(repoPath(repo))] })
    await options.addEvent(tx, { type: 'hearth.storage.v1.repo.deleted', payload: { repoId: id, repoType: repo.type, namespace: repo.namespace, name: repo.name } })
  })
}

/** The target may have moved since somebody wrote it down. */
const ALIAS_SQL = `
insert into aliases (type, from_key, to_key, kind)
select $1, $2, coalesce((select to_key from aliases where type = $1 and from_key = $3 and kind = 'redirect'), $3), 'alias'
on conflict (type, from_key) do update set to_key = excluded.to_key, kind = 'alias' where aliases.to_key <> excluded.to_key or aliases.kind <> 'alias'`

async function upsertAlias(options: StoreOptions, alias: Parameters<RepoStore['upsertAlias']>[0]): Promise<boolean> {
  return (await options.db.run({ name: 'upsert-alias', text: ALIAS_SQL, values: [alias.type, foldRepoPath(alias.from), foldRepoPath(alias.to)] })) > 0
}
