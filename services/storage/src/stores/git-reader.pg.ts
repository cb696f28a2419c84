import type { SqlRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import { EMPTY_TREE_OID } from '../domain/git/git-object.ts'
import { MAX_POINTER_BYTES, POINTER_PREFIX } from '../domain/git/lfs-pointer.ts'
import type { BlobFacts, GitReader, LfsFacts, RefRecord, StagedBlob, Tree } from '../domain/git-store-port.ts'
import { hexArrayParam, hexParam } from './bytea.ts'
import { createCommitReader } from './commit-reader.pg.ts'
import { makeTree, type ObjectCaches } from './tree-cache.ts'

/** Reads over a pool, or inside a transaction: both share the caches, for what they hold never changes. */
export function createGitReader(sql: SqlRunner, caches: ObjectCaches): GitReader {
  return {
    readTrees: (repoId, oids) => readTrees(sql, caches, repoId, oids),
    readFacts: (repoId, oids) => readFacts(sql, caches, repoId, oids),
    readStagedBlobs: (repoId, oids) => readStagedBlobs(sql, repoId, oids),
    readText: (repoId, oid) => readText(sql, repoId, oid),
    findPointers: (repoId, sha256s) => findPointers(sql, repoId, sha256s),
    findRefs: (repoId, names) => findRefs(sql, repoId, names),
    listRefs: (repoId) => listRefs(sql, repoId),
    ...createCommitReader(sql, caches),
  }
}

const EMPTY_TREE = makeTree(EMPTY_TREE_OID, Buffer.alloc(0))

const TREES_SQL = `select encode(oid, 'hex') as oid, data from git_objects where repo_id = $1 and oid = any($2::bytea[]) and type = 2`

async function readTrees(sql: SqlRunner, caches: ObjectCaches, repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, Tree>> {
  const trees = new Map<GitOid, Tree>()
  const missing: GitOid[] = []
  for (const oid of oids) {
    const tree = oid === EMPTY_TREE_OID ? EMPTY_TREE : caches.trees.get(oid)
    if (tree === undefined) missing.push(oid)
    else trees.set(oid, tree)
  }
  if (missing.length === 0) return trees
  const rows = await sql.query<{ oid: GitOid; data: Buffer | null }>({ name: 'read-trees', text: TREES_SQL, values: [repoId, hexArrayParam(missing)] })
  for (const row of rows) {
    if (row.data === null) continue
    const tree = makeTree(row.oid, row.data)
    caches.trees.set(row.oid, tree)
    trees.set(row.oid, tree)
  }
  const lost = missing.find((oid) => !trees.has(oid))
  if (lost !== undefined) throw new HearthError('INTERNAL', `tree ${lost} is missing`)
  return trees
}

interface FactsRow {
  readonly oid: GitOid
  readonly size: number
  readonly lfs_sha256: Sha256 | null
  readonly lfs_size: number | null
}

const FACTS = `encode(oid, 'hex') as oid, size, encode(lfs_sha256, 'hex') as lfs_sha256, lfs_size`
const PREFIX_HEX = Buffer.from(POINTER_PREFIX, 'latin1').toString('hex')
const MAY_BE_POINTER = `size <= ${MAX_POINTER_BYTES} and substring(data from 1 for ${POINTER_PREFIX.length}) = '\\x${PREFIX_HEX}'::bytea`

/** One text for all of them: a page of a thousand rows would cost the driver more than the database. A blob that may become a large file is marked. */
const FACTS_SQL = `
select string_agg(encode(oid, 'hex') || ' ' || size || case
  when lfs_sha256 is not null then ' ' || encode(lfs_sha256, 'hex') || ' ' || lfs_size when ${MAY_BE_POINTER} then ' ~' else '' end, ',') as facts
from git_objects where repo_id = $1 and oid = any($2::bytea[])`

async function readFacts(sql: SqlRunner, { blobs }: ObjectCaches, repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, BlobFacts>> {
  const facts = new Map<GitOid, BlobFacts>()
  const missing: GitOid[] = []
  for (const oid of oids) {
    const sizeBytes = blobs.sizeOf(repoId, oid)
    if (sizeBytes === undefined) missing.push(oid)
    else facts.set(oid, { oid, sizeBytes, lfs: undefined })
  }
  if (missing.length === 0) return facts
  const [row] = await sql.query<{ facts: string | null }>({ name: 'read-facts', text: FACTS_SQL, values: [repoId, hexArrayParam(missing)] })
  for (const line of row?.facts?.split(',') ?? []) {
    // The database wrote them: hex of the lengths that its columns hold.
    const [oid, size, sha256, lfsSize] = line.split(' ') as [GitOid, string, Sha256 | '~' | undefined, string | undefined]
    const lfs = sha256 === undefined || sha256 === '~' ? undefined : { sha256, sizeBytes: Number(lfsSize) }
    facts.set(oid, { oid, sizeBytes: Number(size), lfs })
    if (sha256 === undefined) blobs.remember(repoId, oid, Number(size))
  }
  return facts
}

function factsOf(row: FactsRow): BlobFacts {
  return { oid: row.oid, sizeBytes: row.size, lfs: lfsOf(row) }
}

function lfsOf(row: FactsRow): LfsFacts | undefined {
  return row.lfs_sha256 === null || row.lfs_size === null ? undefined : { sha256: row.lfs_sha256, sizeBytes: row.lfs_size }
}

interface StagedRow extends FactsRow {
  readonly pointer_text: Buffer | null
}

const STAGED_SQL = `
select ${FACTS},
  case when size <= ${MAX_POINTER_BYTES} and substring(data from 1 for ${POINTER_PREFIX.length}) = $3::bytea then data end as pointer_text
from git_objects where repo_id = $1 and oid = any($2::bytea[]) and type = 3`

async function readStagedBlobs(sql: SqlRunner, repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, StagedBlob>> {
  const prefix = hexParam(Buffer.from(POINTER_PREFIX, 'latin1').toString('hex'))
  const rows = await sql.query<StagedRow>({ name: 'read-staged', text: STAGED_SQL, values: [repoId, hexArrayParam(oids), prefix] })
  return new Map(rows.map((row) => [row.oid, { ...factsOf(row), pointerText: row.pointer_text ?? undefined }]))
}

async function readText(sql: SqlRunner, repoId: ObjectId, oid: GitOid): Promise<string | undefined> {
  const text = 'select data from git_objects where repo_id = $1 and oid = $2 and type = 3'
  const [row] = await sql.query<{ data: Buffer | null }>({ name: 'read-text', text, values: [repoId, hexParam(oid)] })
  return row?.data?.toString('utf8')
}

async function findPointers(sql: SqlRunner, repoId: ObjectId, sha256s: readonly Sha256[]): Promise<ReadonlySet<GitOid>> {
  const text = `select encode(oid, 'hex') as oid from git_objects where repo_id = $1 and lfs_sha256 = any($2::bytea[])`
  const rows = await sql.query<{ oid: GitOid }>({ name: 'find-pointers', text, values: [repoId, hexArrayParam(sha256s)] })
  return new Set(rows.map((row) => row.oid))
}

interface RefRow {
  readonly name: string
  readonly oid: GitOid
  readonly tag_oid: GitOid | null
}

const REF_COLUMNS = `name, encode(oid, 'hex') as oid, encode(tag_oid, 'hex') as tag_oid`

async function listRefs(sql: SqlRunner, repoId: ObjectId): Promise<RefRecord[]> {
  const rows = await sql.query<RefRow>({ name: 'list-refs', text: `select ${REF_COLUMNS} from refs where repo_id = $1 order by name`, values: [repoId] })
  return rows.map(refOf)
}

function refOf(row: RefRow): RefRecord {
  return { name: row.name, oid: row.oid, tagOid: row.tag_oid ?? undefined }
}

async function findRefs(sql: SqlRunner, repoId: ObjectId, names: readonly string[]): Promise<readonly RefRecord[]> {
  const text = `select ${REF_COLUMNS} from refs where repo_id = $1 and name = any($2::text[])`
  const rows = await sql.query<RefRow>({ name: 'find-refs', text, values: [repoId, names] })
  return names.flatMap((name) => rows.filter((row) => row.name === name)).map(refOf)
}
