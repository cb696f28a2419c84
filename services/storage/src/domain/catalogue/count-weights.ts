import { isJsonObject, readHeaderLength, SAFETENSORS_PREFIX_BYTES, SafetensorsHeaderReader, type SafetensorsVerdict } from '@hearth/formats'
import type { ObjectId } from '@hearth/ids'
import type { BlobStore, ObjectReader } from '../blob-store-port.ts'
import type { GitBlobStore } from '../git-blob-port.ts'
import type { GitReader } from '../git-store-port.ts'
import type { WeightFacts, WeightFile, WeightSelection } from './facts.ts'

/** All that counting needs; the bytes are read by range. */
export interface WeightReads {
  readonly git: Pick<GitReader, 'readFacts'>
  readonly blobs: Pick<GitBlobStore, 'readBlob'>
  readonly objects: Pick<BlobStore, 'open'>
}

const CHUNK_BYTES = 256 * 1024
const MAX_INDEX_BYTES = 32 * 1024 * 1024

/** Parameters of a model's files, from their headers alone: one chunk in memory, whatever the header says of its length. */
export async function countWeights(reads: WeightReads, repoId: ObjectId, selection: WeightSelection, signal: AbortSignal): Promise<WeightFacts> {
  const files = selection.index === undefined ? selection.files : await namedShards(reads, repoId, selection.index, selection.files)
  if (typeof files === 'string') return { kind: 'invalid', reason: files }
  const counts = new Map<string, number>()
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (const file of files) {
    signal.throwIfAborted()
    const verdict = await readHeader(reads, repoId, file, buffer)
    if (verdict.kind === 'invalid') return { kind: 'invalid', reason: `${file.path.slice(0, 200)}: ${verdict.reason}` }
    for (const [dtype, count] of Object.entries(verdict.parameters)) counts.set(dtype, (counts.get(dtype) ?? 0) + count)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (!Number.isSafeInteger(total)) return { kind: 'invalid', reason: 'the files count more parameters than can be' }
  return { kind: 'counted', counts: Object.fromEntries(counts), total }
}

/** The shards that the index names and the repo has; one that is missing is not counted. Text: why the index is none. */
async function namedShards(reads: WeightReads, repoId: ObjectId, index: WeightFile, present: readonly WeightFile[]): Promise<readonly WeightFile[] | string> {
  await using reader = await openFile(reads, repoId, index)
  if (reader === undefined || reader.sizeBytes > MAX_INDEX_BYTES) return `${index.path}: it is missing or larger than ${MAX_INDEX_BYTES} bytes`
  const text = Buffer.alloc(reader.sizeBytes)
  await fill(reader, text, 0)
  const map = weightMapOf(text.toString('utf8'))
  if (map === undefined) return `${index.path}: it has no weight_map`
  const named = new Set(Object.values(map))
  return present.filter((file) => named.has(file.path))
}

function weightMapOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const index: unknown = JSON.parse(text)
    const map: unknown = isJsonObject(index) ? index['weight_map'] : undefined
    return isJsonObject(map) ? map : undefined
  } catch {
    return undefined
  }
}

async function readHeader(reads: WeightReads, repoId: ObjectId, file: WeightFile, buffer: Buffer): Promise<SafetensorsVerdict> {
  await using reader = await openFile(reads, repoId, file)
  if (reader === undefined) return { kind: 'invalid', reason: 'the file is missing' }
  const first = await fill(reader, buffer.subarray(0, SAFETENSORS_PREFIX_BYTES), 0)
  const length = readHeaderLength(buffer.subarray(0, first), reader.sizeBytes)
  if ('reason' in length) return { kind: 'invalid', reason: length.reason }
  const end = SAFETENSORS_PREFIX_BYTES + length.bytes
  const header = new SafetensorsHeaderReader(reader.sizeBytes - end)
  for (let at = SAFETENSORS_PREFIX_BYTES; at < end;) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, end - at))
    const count = await fill(reader, chunk, at)
    const problem = count === 0 ? { reason: 'the file ends inside its header' } : header.push(chunk.subarray(0, count))
    if (problem !== undefined) return { kind: 'invalid', reason: problem.reason }
    at += count
  }
  return header.finish()
}

async function fill(reader: ObjectReader, buffer: Buffer, position: number): Promise<number> {
  let filled = 0
  while (filled < buffer.length) {
    const count = await reader.read(buffer.subarray(filled), buffer.length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}

async function openFile(reads: WeightReads, repoId: ObjectId, file: WeightFile): Promise<ObjectReader | undefined> {
  const facts = (await reads.git.readFacts(repoId, [file.oid])).get(file.oid)
  if (facts?.lfs !== undefined) return reads.objects.open(facts.lfs.sha256)
  const blob = await reads.blobs.readBlob(repoId, file.oid)
  if (blob === undefined) return undefined
  return blob.bytes.kind === 'inline' ? memoryReader(blob.bytes.data) : reads.objects.open(blob.bytes.sha256)
}

function memoryReader(data: Buffer): ObjectReader {
  return {
    sizeBytes: data.length,
    read: async (buffer, length, position) => data.copy(buffer, 0, position, Math.min(data.length, position + length)),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
