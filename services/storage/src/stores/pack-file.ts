import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'
import type { GitOid } from '@hearth/ids'
import { GIT_TYPE, type GitObject } from '../domain/git/git-object.ts'

/**
 * git's pack format, version 2 (gitformat-pack): "PACK", version, count, then each object as a header with type and size
 * and a zlib stream, then the SHA-1 of all before. No deltas. The index (version 2) holds, sorted by id: fan-out table,
 * ids, CRCs, offsets, the pack's SHA-1 and its own.
 */
export interface WrittenPack {
  readonly checksum: string
  readonly objectCount: number
}

interface IndexEntry {
  readonly oid: GitOid
  readonly crc: number
  readonly offset: number
}

const deflateAsync = promisify(deflate)
const HEADER_BYTES = 12
const BIG_OFFSET = 0x8000_0000

/** Writes `<base>.pack` and `<base>.idx`, both synced. `count` has to be the number of objects that come. */
export async function writePack(base: string, count: number, objects: AsyncIterable<GitObject>): Promise<WrittenPack> {
  await using pack = await open(`${base}.pack`, 'w')
  const sha1 = createHash('sha1')
  const append = async (bytes: Buffer): Promise<void> => {
    sha1.update(bytes)
    await writeAll(pack, bytes)
  }
  await append(packHeader(count))
  const entries: IndexEntry[] = []
  let offset = HEADER_BYTES
  for await (const object of objects) {
    const bytes = Buffer.concat([objectHeader(GIT_TYPE[object.type], object.data.length), await deflateAsync(object.data, { level: 1 })])
    entries.push({ oid: object.oid, crc: crc32(bytes), offset })
    offset += bytes.length
    await append(bytes)
  }
  if (entries.length !== count) throw new Error(`expected ${count} objects, got ${entries.length}`)
  const checksum = sha1.digest()
  await writeAll(pack, checksum)
  await pack.sync()
  await writeIndex(`${base}.idx`, entries, checksum)
  return { checksum: checksum.toString('hex'), objectCount: count }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
}

function packHeader(count: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('PACK', 'latin1')
  header.writeUInt32BE(2, 4)
  header.writeUInt32BE(count, 8)
  return header
}

/** Type in bits 4-6 of the first byte; the size in its low four bits and then seven for each byte, least first. */
function objectHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size % 16)]
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80
    bytes.push(rest % 128)
  }
  return Buffer.from(bytes)
}

async function writeIndex(path: string, unsorted: readonly IndexEntry[], packChecksum: Buffer): Promise<void> {
  const entries = unsorted.toSorted((a, b) => (a.oid < b.oid ? -1 : a.oid > b.oid ? 1 : 0))
  const body = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]), fanout(entries), Buffer.from(entries.map((entry) => entry.oid).join(''), 'hex'),
    uint32s(entries.map((entry) => entry.crc)), offsets(entries), packChecksum,
  ])
  await using file = await open(path, 'w')
  await writeAll(file, Buffer.concat([body, createHash('sha1').update(body).digest()]))
  await file.sync()
}

function fanout(entries: readonly IndexEntry[]): Buffer {
  const counts = Array.from({ length: 256 }, () => 0)
  for (const entry of entries) {
    const first = Number.parseInt(entry.oid.slice(0, 2), 16)
    counts[first] = (counts[first] ?? 0) + 1
  }
  let sum = 0
  return uint32s(counts.map((count) => (sum += count)))
}

/** Offsets above 2 GiB stand in a second table of 64-bit numbers. */
function offsets(entries: readonly IndexEntry[]): Buffer {
  const big = entries.filter((entry) => entry.offset >= BIG_OFFSET)
  const bigIndex = new Map(big.map((entry, index) => [entry, index]))
  const wide = Buffer.alloc(big.length * 8)
  big.forEach((entry, index) => wide.writeBigUInt64BE(BigInt(entry.offset), index * 8))
  return Buffer.concat([uint32s(entries.map((entry) => {
    const index = bigIndex.get(entry)
    return index === undefined ? entry.offset : BIG_OFFSET + index
  })), wide])
}

function uint32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4))
  return bytes
}
