import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { codeOf, messageOf } from './node-errors.ts'
import { StartRefused } from './start-refused.ts'

const LOCK_FILE = 'hearth.lock'
const OWNER_FILE = 'hearth.pid'

/** Proof that this process alone uses a data folder; it ends with the process, however the process ends. */
export interface DataFolderLock extends AsyncDisposable {
  readonly dataDir: string
  release(): Promise<void>
}

/**
 * Makes the folder if it is missing and locks it. Throws StartRefused when it is not writable or another process holds it.
 *
 * The lock is a kernel file lock, so it cannot be left behind by a killed process and also holds between containers that
 * share the folder, where process ids say nothing. Node has no call for one; SQLite's transaction on an empty file is one.
 */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const dir = resolve(dataDir)
  await makeWritableFolder(dir)
  const file = openLockFile(dir)
  try {
    file.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    if (isBusy(error)) throw new StartRefused(await inUseMessage(dir))
    throw new StartRefused(`cannot lock the data folder ${dir}: ${messageOf(error)}`, { cause: error })
  }
  const ownerPath = join(dir, OWNER_FILE)
  await writeFile(ownerPath, `${process.pid}\n`)
  return lockHandle(dir, file)
}

function lockHandle(dataDir: string, file: DatabaseSync): DataFolderLock {
  let isReleased = false
  const release = async (): Promise<void> => {
    if (isReleased) return
    isReleased = true
    await rm(join(dataDir, OWNER_FILE), { force: true })
    file.close()
  }
  return { dataDir, release, [Symbol.asyncDispose]: release }
}

async function makeWritableFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o750 })
    const probe = join(dir, `.write-probe-${process.pid}`)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') throw new StartRefused(`no space left for the data folder ${dir}`, { cause: error })
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOTDIR') throw new StartRefused(`the data folder ${dir} is not a folder`, { cause: error })
    throw new StartRefused(`the data folder ${dir} is not writable (${codeOf(error) ?? messageOf(error)}); give this user access or set HEARTH_DATA_DIR`, { cause: error })
  }
}

function openLockFile(dir: string): DatabaseSync {
  try {
    return new DatabaseSync(join(dir, LOCK_FILE), { timeout: 0 })
  } catch (error) {
    throw new StartRefused(`the data folder ${dir} is not writable: ${LOCK_FILE}: ${messageOf(error)}`, { cause: error })
  }
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === SQLITE_BUSY
}

async function inUseMessage(dir: string): Promise<string> {
  const pid = await readFile(join(dir, OWNER_FILE), 'utf8').then((text) => text.trim(), () => '')
  return `the data folder ${dir} is in use by another hub${pid === '' ? '' : ` (process ${pid})`}; stop it or set HEARTH_DATA_DIR`
}
