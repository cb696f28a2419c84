import { createHash } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import { expect, test } from 'vitest'
import type { BlobStore } from '../src/domain/blob-store-port.ts'
import { countNextWeights, type WeightContext } from '../src/domain/catalogue/weight-worker.ts'
import { NO_DETAILS, type WeightFacts } from '../src/domain/catalogue/facts.ts'
import type { Repo } from '../src/domain/repo.ts'
import { ANA, commit, commitFiles, lfsLine, LIST_ALL, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'
import { listRepos } from '../src/domain/list-repos.ts'

/** Bytes that exist only where they are read: a file may say that it is of any size. */
interface FakeObject {
  readonly sizeBytes: number
  readonly start: Buffer
  /** What follows `start`. */
  readonly fill: number
}

interface Weights extends AsyncDisposable {
  readonly storage: TestStorage
  readonly ctx: WeightContext
  readonly reads: number[]
  /** Commits large files; answers the repo. */
  put(name: string, files: Readonly<Record<string, FakeObject | string>>): Promise<Repo>
  verdict(repo: Repo): Promise<WeightFacts | undefined>
}

async function openWeights(): Promise<Weights> {
  const storage = await openTestStorage()
  const objects = new Map<string, FakeObject>()
  const reads: number[] = []
  const open: BlobStore['open'] = async (sha256) => {
    const object = objects.get(sha256)
    if (object === undefined) throw new HearthError('ENTRY_NOT_FOUND', 'no such object')
    return {
      sizeBytes: object.sizeBytes, [Symbol.asyncDispose]: async () => undefined,
      async read(buffer, length, position) {
        const count = Math.max(0, Math.min(length, object.sizeBytes - position))
        reads.push(count)
        buffer.fill(object.fill, 0, count)
        object.start.subarray(position, position + count).copy(buffer)
        return count
      },
    }
  }
  const repos = new Map<string, Repo>()
  return {
    storage, ctx: { ...storage.ctx, objects: { open } }, reads,
    async put(name, files) {
      const repo = repos.get(name) ?? await newRepo(storage, name)
      repos.set(name, repo)
      const large = Object.entries(files).flatMap(([path, file]) => {
        if (typeof file === 'string') return []
        const sha256 = createHash('sha256').update(file.start).update(`${file.sizeBytes} ${file.fill}`).digest('hex')
        objects.set(sha256, file)
        return [lfsLine(storage, repo.id, path, sha256, file.sizeBytes)]
      })
      await commit(storage, repo, large)
      const small = Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
      if (Object.keys(small).length > 0) await commitFiles(storage, repo, small)
      return repo
    },
    verdict: async (repo) => (await storage.ctx.catalogue.readFacts(repo.id, { ...NO_DETAILS, weights: true }))?.weights,
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  }
}

async function settle(ctx: WeightContext): Promise<void> {
  while (await countNextWeights(ctx, NO_SIGNAL));
}

const BLANK = 0x20
const TENSOR = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'

/** A file with a header of `length` bytes (as it says itself), padded, and its data. */
function file(header: string, { length = header.length, dataBytes = 8, pad = BLANK, cut = 0 }: { length?: number | bigint; dataBytes?: number; pad?: number; cut?: number } = {}): FakeObject {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(length))
  return { start: Buffer.concat([prefix, Buffer.from(header)]), sizeBytes: 8 + (length > 1e15 ? header.length : Number(length)) + dataBytes - cut, fill: pad }
}

const COUNTED: WeightFacts = { kind: 'counted', counts: { F32: 2 }, total: 2 }

test('counts headers at the edges, and gives the others a verdict with a reason', async () => {
  await using weights = await openWeights()
  const cases: readonly (readonly [string, FakeObject, WeightFacts | RegExp])[] = [
    ...[99_993, 99_994, 100_000, 100_001].map((length) => [`a-${length}`, file(TENSOR, { length }), COUNTED] as const),
    ['b', file(TENSOR, { length: 128, pad: 0 }), /blanks/], ['c', file('{"__metadata__":{"format":"pt"}}', { dataBytes: 0 }), { kind: 'counted', counts: {}, total: 0 }],
    ['d', file('', { length: 120_000_000 }), /120000000 bytes/], ['e', file(TENSOR, { cut: 3 }), /cut off/], ['f', file(TENSOR, { length: 2n ** 63n }), /9223372036854775808/],
    ['long', file('', { length: 90_000_000 }), /begin with/],
  ]
  for (const [name, object, expected] of cases) {
    const repo = await weights.put(name, { 'model.safetensors': object })
    const before = { cpu: process.cpuUsage(), bytes: process.memoryUsage().rss, at: performance.now() }
    await settle(weights.ctx)
    expect(performance.now() - before.at, name).toBeLessThan(1000)
    expect(process.memoryUsage().rss - before.bytes, name).toBeLessThan(50_000_000)
    const verdict = await weights.verdict(repo)
    if (expected instanceof RegExp) expect(verdict, name).toEqual({ kind: 'invalid', reason: expect.stringMatching(expected) })
    else expect(verdict, name).toEqual(expected)
  }
  expect(Math.max(...weights.reads)).toBeLessThanOrEqual(256 * 1024)
  const listed = await listRepos(weights.storage.ctx, ANA, { ...LIST_ALL, minParameters: 2, maxParameters: 2 })
  expect(listed.rows.map(({ repo }) => repo.name)).toEqual(['a-99993', 'a-99994', 'a-100000', 'a-100001'])
})

test('a header of 90 MB is counted in bounded memory', { timeout: 60_000 }, async () => {
  await using weights = await openWeights()
  const entries = Array.from({ length: 20_000 }, (_, at) => `"t${at}":{"dtype":"F32","shape":[1],"data_offsets":[${at * 4},${at * 4 + 4}]}`)
  const header = `{${entries.join(',')}}`
  const repo = await weights.put('big', { 'model.safetensors': file(header, { length: 90_000_000, dataBytes: 80_000 }) })
  const before = process.memoryUsage().rss
  await settle(weights.ctx)
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  expect(await weights.verdict(repo)).toEqual({ kind: 'counted', counts: { F32: 20_000 }, total: 20_000 })
})

test('an index counts the shards that it names and that are there', async () => {
  await using weights = await openWeights()
  const shard = (name: string): FakeObject => file(`{"${name}":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}`)
  const index = (...names: string[]): string => JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(names.map((name, at) => [`t${at}`, name])) })
  const repo = await weights.put('m', { 's-1.safetensors': shard('a'), 's-2.safetensors': shard('b'), 'extra.safetensors': shard('c'), 'model.safetensors.index.json': index('s-1.safetensors', 's-2.safetensors', 's-3.safetensors', '../x') })
  await settle(weights.ctx)
  expect(await weights.verdict(repo)).toEqual({ kind: 'counted', counts: { BF16: 8 }, total: 8 })
  for (const [name, text] of [['list', '[]'], ['text', '{"weight_map":"x"}'], ['cut', '{"weight_map":{']] as const) {
    const broken = await weights.put(name, { 's-1.safetensors': shard('a'), 'model.safetensors.index.json': text })
    await settle(weights.ctx)
    expect(await weights.verdict(broken)).toEqual({ kind: 'invalid', reason: 'model.safetensors.index.json: it has no weight_map' })
  }
})

test('is counted anew when the files change, and only then', async () => {
  await using weights = await openWeights()
  const repo = await weights.put('m', { 'model.safetensors': file(TENSOR) })
  expect(await weights.verdict(repo)).toBeUndefined()
  await settle(weights.ctx)
  const readsBefore = weights.reads.length
  await weights.put('m', { 'notes.md': 'x' })
  expect(await countNextWeights(weights.ctx, NO_SIGNAL)).toBe(false)
  expect([await weights.verdict(repo), weights.reads.length]).toEqual([COUNTED, readsBefore])
  await weights.put('m', { 'model.safetensors': file('{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}') })
  expect(await weights.verdict(repo)).toBeUndefined()
  await settle(weights.ctx)
  expect(await weights.verdict(repo)).toEqual({ kind: 'counted', counts: { F64: 1 }, total: 1 })
  await commit(weights.storage, repo, [{ kind: 'deleteFile', path: 'model.safetensors' }])
  expect(await countNextWeights(weights.ctx, NO_SIGNAL)).toBe(false)
  expect(await weights.verdict(repo)).toBeUndefined()
})

test('an outcome that comes late, of files that are others by now, is not shown', async () => {
  await using weights = await openWeights()
  const repo = await weights.put('m', { 'model.safetensors': file(TENSOR) })
  const job = await weights.ctx.catalogue.takeWeightJob(60_000)
  if (job === undefined) throw new Error('no job')
  expect(await weights.ctx.catalogue.takeWeightJob(60_000)).toBeUndefined()
  await weights.put('m', { 'model.safetensors': file('{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}') })
  await weights.ctx.catalogue.finishWeightJob(job, COUNTED)
  expect(await weights.verdict(repo)).toBeUndefined()
  await settle(weights.ctx)
  expect(await weights.verdict(repo)).toMatchObject({ counts: { F64: 1 } })
})

test('a failure is tried again later, and given up with a verdict', async () => {
  await using weights = await openWeights()
  const repo = await weights.put('m', { 'model.safetensors': file(TENSOR) })
  const failing: WeightContext = { ...weights.ctx, objects: { open: async () => { throw new Error('disk gone') } } }
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await expect(countNextWeights(failing, NO_SIGNAL)).rejects.toThrow('disk gone')
    expect(await countNextWeights(failing, NO_SIGNAL)).toBe(false)
    await weights.storage.db.run({ text: 'update weight_jobs set next_time = now()' })
  }
  expect(await weights.verdict(repo)).toEqual({ kind: 'invalid', reason: 'the files could not be read' })
})

test('a repo that is deleted takes its job along', async () => {
  await using weights = await openWeights()
  const repo = await weights.put('m', { 'model.safetensors': file(TENSOR) })
  await weights.storage.ctx.repos.deleteRepo(repo.id)
  expect(await countNextWeights(weights.ctx, NO_SIGNAL)).toBe(false)
})
