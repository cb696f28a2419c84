import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SqlRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import { GIT_TYPE, type GitObject, type GitType } from '../domain/git/git-object.ts'
import { DEFAULT_REF } from '../domain/git/ref-names.ts'
import { hexParam } from './bytea.ts'
import { writePack } from './pack-file.ts'

export interface ExportSources {
  readonly db: SqlRunner
  /** All bytes of a blob that is too large for its row. */
  readonly readStored: (sha256: Sha256) => Promise<Buffer>
}

export interface ExportedRepo {
  readonly repoId: ObjectId
  /** "models/ns/name", "datasets/ns/name", ... */
  readonly label: string
  readonly folder: string
  readonly refCount: number
  readonly objectCount: number
}

interface RepoLine {
  readonly id: ObjectId
  readonly type: string
  readonly namespace: string
  readonly name: string
}

/** Writes repos as real bare git repositories below `targetFolder`: one pack and packed-refs each. What git says of them is the proof of ours. */
export async function exportRepo(sources: ExportSources, which: ObjectId | 'all', targetFolder: string): Promise<ExportedRepo[]> {
  const filter = which === 'all' ? '' : 'where id = $1'
  const repos = await sources.db.query<RepoLine>({ text: `select id, type, namespace, name from repos ${filter} order by id`, values: which === 'all' ? [] : [which] })
  const exported: ExportedRepo[] = []
  for (const repo of repos) exported.push(await exportOne(sources, repo, join(targetFolder, `${repo.id}.git`)))
  return exported
}

async function exportOne(sources: ExportSources, repo: RepoLine, folder: string): Promise<ExportedRepo> {
  for (const part of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags']) await mkdir(join(folder, part), { recursive: true })
  await writeFile(join(folder, 'HEAD'), `ref: ${DEFAULT_REF}\n`)
  await writeFile(join(folder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n')
  const refs = await sources.db.query<{ name: string; oid: GitOid }>({ text: `select name, encode(coalesce(tag_oid, oid), 'hex') as oid from refs where repo_id = $1 order by name`, values: [repo.id] })
  const count = await countObjects(sources, repo.id)
  await writePack(join(folder, 'objects/pack', `pack-${'0'.repeat(40)}`), count, readObjects(sources, repo.id))
  await writeFile(join(folder, 'packed-refs'), `# pack-refs with: sorted\n${refs.map((ref) => `${ref.oid} ${ref.name}\n`).join('')}`)
  return { repoId: repo.id, label: `${repo.type}s/${repo.namespace}/${repo.name}`, folder, refCount: refs.length, objectCount: count }
}

const COMMITTED = `repo_id = $1 and (type <> 3 or reached)`

async function countObjects(sources: ExportSources, repoId: ObjectId): Promise<number> {
  const [row] = await sources.db.query<{ total: number }>({ text: `select count(*) as total from git_objects where ${COMMITTED}`, values: [repoId] })
  return Number(row?.total ?? 0)
}

interface ObjectRow {
  readonly oid: GitOid
  readonly type: number
  readonly data: Buffer | null
  readonly sha256: Sha256 | null
}

const PAGE_ROWS = 500
const PAGE_SQL = `
select encode(oid, 'hex') as oid, type, data, encode(sha256, 'hex') as sha256 from git_objects
where ${COMMITTED} and oid > $2 order by oid limit ${PAGE_ROWS}`
const TYPE_NAMES = new Map<number, GitType>(Object.entries(GIT_TYPE).map(([name, number]) => [number, name as GitType]))

async function* readObjects(sources: ExportSources, repoId: ObjectId): AsyncGenerator<GitObject> {
  for (let after = ''; ;) {
    const rows = await sources.db.query<ObjectRow>({ name: 'export-objects', text: PAGE_SQL, values: [repoId, hexParam(after)] })
    for (const row of rows) yield { oid: row.oid, type: typeName(row.type), data: await bytesOf(sources, row) }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    after = last.oid
  }
}

function typeName(type: number): GitType {
  const name = TYPE_NAMES.get(type)
  if (name === undefined) throw new HearthError('INTERNAL', `unknown object type ${type}`)
  return name
}

async function bytesOf(sources: ExportSources, row: ObjectRow): Promise<Buffer> {
  if (row.data !== null) return row.data
  if (row.sha256 === null) throw new HearthError('INTERNAL', `object ${row.oid} has no bytes`)
  return sources.readStored(row.sha256)
}
