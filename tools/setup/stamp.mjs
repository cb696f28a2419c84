// A step that is done leaves a stamp: the digest of everything that it was made from. Equal digest, nothing to do.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Digest of these files' names and contents and of some words more; a missing file counts as missing. */
export function digestOf(files, words = []) {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(`${file}\0`)
    hash.update(existsSync(file) ? readFileSync(file) : 'missing')
    hash.update('\0')
  }
  for (const word of words) hash.update(`${word}\0`)
  return hash.digest('hex')
}

export function hasStamp(path, digest) {
  try {
    return readFileSync(path, 'utf8').trim() === digest
  } catch {
    return false
  }
}

export function writeStamp(path, digest) {
  writeFileSync(`${path}.new`, `${digest}\n`)
  renameSync(`${path}.new`, path)
}
