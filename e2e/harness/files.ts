import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const CHUNK_BYTES = 4 * 1024 * 1024

/** A safetensors file of random F32 data: 8 bytes of header length, the header, `dataBytes` of data. */
export async function writeSafetensors(path: string, dataBytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [dataBytes / 4], data_offsets: [0, dataBytes] } }).padEnd(128))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  await using file = await open(path, 'w')
  await file.write(Buffer.concat([length, header]))
  for (let left = dataBytes; left > 0; left -= CHUNK_BYTES) await file.write(randomBytes(Math.min(left, CHUNK_BYTES)))
}

/** `count` small text files in folders of 100, each with its own name as content. */
export async function writeSmallFiles(dir: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const path = join(dir, `part-${String(Math.floor(i / 100)).padStart(2, '0')}`, `file-${String(i).padStart(5, '0')}.txt`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `small file ${i}\n`)
  }
}

/** Relative path to sha256 of every file below `dir`, without the clients' own `.cache` folder. */
export async function hashTree(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(dir, path)
    if (entry.isDirectory() || name.startsWith('.cache')) continue
    found[name] = await hashFile(path)
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk)
  return hash.digest('hex')
}
