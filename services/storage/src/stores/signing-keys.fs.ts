import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartRefused } from '@hearth/db'
import type { SigningKey } from '../domain/signed-path.ts'

const SECRET_BYTES = 32

/** The keys of signed paths, made once. One per line: id, blank, secret in base64url; the first signs, at most two are active. */
export async function loadSigningKeys(path: string): Promise<readonly SigningKey[]> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = await readFile(path, 'utf8').catch((cause: unknown) => (isMissing(cause) ? makeKeys(path) : Promise.reject(cause)))
  await chmod(path, 0o600)
  const keys = text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const [id, secret] = line.trim().split(/\s+/)
    const bytes = Buffer.from(secret ?? '', 'base64url')
    if (id === undefined || bytes.length < SECRET_BYTES) throw new StartRefused(`the file ${path} does not hold signing keys: restore it, or remove it to make new ones (links handed out before then end)`)
    return { id, secret: bytes }
  })
  if (keys.length === 0 || keys.length > 2) throw new StartRefused(`the file ${path} must hold one or two signing keys, it holds ${keys.length}`)
  return keys
}

/** Written aside and linked into place: of two that start at once, one wins and both read the same keys. */
async function makeKeys(path: string): Promise<string> {
  const temp = join(dirname(path), `.${randomBytes(6).toString('hex')}`)
  await writeFile(temp, `k1 ${randomBytes(SECRET_BYTES).toString('base64url')}\n`, { mode: 0o600, flush: true })
  await link(temp, path).catch((cause: unknown) => { if (!isExisting(cause)) throw cause })
  await rm(temp)
  return readFile(path, 'utf8')
}

function isMissing(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT'
}

function isExisting(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST'
}
