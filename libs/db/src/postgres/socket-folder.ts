import { createHash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf } from '../node-errors.ts'
import { giveTo, type Launch } from './launch.ts'

/** sun_path holds 107 bytes and the server wants a plain list item: the socket cannot lie in a deep or oddly named data folder. */
const MAX_SOCKET_PATH_BYTES = 107
const SOCKET_NAME = '.s.PGSQL.5432.lock'

/**
 * A short folder of mode 0700 for the server's socket: whoever enters it may log in as anybody. Its name follows from the
 * data folder, so that a killed hub leaves no new one behind each time; a folder of that name that is not ours is not used.
 */
export async function makeSocketFolder(dataDir: string, launch: Launch, parent = shortTempFolder()): Promise<string> {
  const digest = createHash('sha256').update(await realpath(dataDir)).digest('hex').slice(0, 16)
  const wanted = join(parent, `hearth-pg-${digest}`)
  if (await isOurs(wanted, launch)) await rm(wanted, { recursive: true, force: true })
  const made = await mkdir(wanted, { mode: 0o700 }).then(() => wanted, async (error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
    return mkdtemp(join(parent, 'hearth-pg-'))
  })
  await giveTo(launch, made)
  return made
}

function shortTempFolder(): string {
  const temp = tmpdir()
  const longest = join(temp, 'hearth-pg-0123456789abcdef', SOCKET_NAME)
  return /^[\w./-]+$/.test(temp) && Buffer.byteLength(longest) <= MAX_SOCKET_PATH_BYTES ? temp : '/tmp'
}

async function isOurs(path: string, launch: Launch): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found !== undefined && found.isDirectory() && (found.uid === process.geteuid?.() || found.uid === launch.uid)
}
