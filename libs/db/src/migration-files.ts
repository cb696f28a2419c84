import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

export interface Migration {
  readonly version: number
  /** File name without `.sql`. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the text, line ends normalised. */
  readonly checksum: string
  /** false for a file whose first line is `-- hearth: no transaction` (CREATE INDEX CONCURRENTLY). */
  readonly isTransactional: boolean
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/
const NO_TRANSACTION = '-- hearth: no transaction'

/** The `NNNN_name.sql` files of a folder in their order. Throws for other .sql names and for a number used twice. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`)
  const names = (await readdir(base)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(base, name)))
  const twice = migrations.find((one, index) => migrations[index - 1]?.version === one.version)
  if (twice !== undefined) throw new Error(`two migrations have the number of ${twice.name}`)
  return migrations
}

async function readMigration(base: URL, fileName: string): Promise<Migration> {
  const digits = FILE_NAME.exec(fileName)?.[1]
  if (digits === undefined) throw new Error(`a migration is named NNNN_name.sql, not ${fileName}`)
  const sql = (await readFile(new URL(fileName, base), 'utf8')).replaceAll('\r\n', '\n')
  return {
    version: Number(digits),
    name: fileName.slice(0, -'.sql'.length),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    isTransactional: !sql.startsWith(NO_TRANSACTION),
  }
}
