import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDownloadCounter, type DownloadStore } from '../src/domain/catalogue/download-counter.ts'
import { listRepos } from '../src/domain/list-repos.ts'
import { trendingScoreAt } from '../src/domain/catalogue/trending.ts'
import { createDownloadStore } from '../src/stores/download-store.pg.ts'
import { ANA, LIST_ALL, newRepo, openTestStorage } from './harness/open-storage.ts'
import type { ObjectId } from '@hearth/ids'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const A = 'a'.repeat(24) as ObjectId
const B = 'b'.repeat(24) as ObjectId

function fakeStore() {
  const written = new Map<ObjectId, number>()
  const state = { isDown: false }
  const store: DownloadStore = {
    async addDownloads(counts) {
      if (state.isDown) throw new Error('down')
      for (const [id, count] of counts) written.set(id, (written.get(id) ?? 0) + count)
    },
    expireDownloads: async () => 0,
  }
  return { written, state, store }
}

test('a caller counts once in five minutes, for each repo', async () => {
  const { written, store } = fakeStore()
  let nowMs = 0
  const counter = createDownloadCounter(store, () => new Date(nowMs))
  const count = (repoId: ObjectId, callerKey: string): number => counter.count([{ repoId, callerKey }])
  expect([count(A, 'x'), count(A, 'x'), count(A, 'y'), count(B, 'x')]).toEqual([1, 0, 1, 1])
  nowMs = 5 * MINUTE_MS - 1
  expect(count(A, 'x')).toBe(0)
  nowMs += 1
  expect([count(A, 'x'), count(A, 'x')]).toEqual([1, 0])
  await counter.flush()
  expect(written).toEqual(new Map([[A, 3], [B, 1]]))
  await counter.flush()
  expect(written.get(A)).toBe(3)
})

test('what cannot be written is kept for the next time', async () => {
  const { written, state, store } = fakeStore()
  const counter = createDownloadCounter(store, () => new Date())
  counter.count([{ repoId: A, callerKey: 'x' }])
  state.isDown = true
  await expect(counter.flush()).rejects.toThrow('down')
  counter.count([{ repoId: A, callerKey: 'y' }])
  state.isDown = false
  await counter.flush()
  expect(written.get(A)).toBe(2)
})

test('counts go into hours, sums and the score; after thirty days out of the sum of late', async () => {
  await using storage = await openTestStorage()
  const store = createDownloadStore(storage.db)
  const [one, two] = [await newRepo(storage, 'one'), await newRepo(storage, 'two')]
  const now = Date.now()
  await store.addDownloads(new Map([[one.id, 5], [two.id, 1], [A, 9]]), new Date(now - 31 * DAY_MS))
  await store.addDownloads(new Map([[one.id, 2]]), new Date(now))
  await store.addDownloads(new Map([[one.id, 3], [two.id, 4]]), new Date(now))
  await store.addDownloads(new Map(), new Date(now))
  const read = async () => Promise.all([one, two].map(async ({ id }) => {
    const repo = await storage.ctx.repos.findRepoById(id)
    return [repo?.downloads, repo?.downloadsAllTime, trendingScoreAt(repo?.trendingScore ?? 0, new Date(now))]
  }))
  expect(await read()).toEqual([[10, 10, 5], [5, 5, 4]])
  expect(await store.expireDownloads(new Date(now - 30 * DAY_MS))).toBe(2)
  expect(await store.expireDownloads(new Date(now - 30 * DAY_MS))).toBe(0)
  expect(await read()).toEqual([[5, 10, 5], [4, 5, 4]])
  expect((await storage.db.query<{ rows: number }>({ text: 'select count(*) as rows from repo_downloads' }))[0]?.rows).toBe(2)
  const trending = await listRepos(storage.ctx, ANA, { ...LIST_ALL, sort: 'trending', ascending: false })
  expect(trending.rows.map(({ repo }) => repo.name)).toEqual(['one', 'two'])
})

test('many writers at once lose nothing', async () => {
  await using storage = await openTestStorage()
  const store = createDownloadStore(storage.db)
  const repos = [await newRepo(storage, 'a'), await newRepo(storage, 'b'), await newRepo(storage, 'c')]
  const batches = Array.from({ length: 24 }, (_, at) => new Map((at % 2 === 0 ? repos : repos.toReversed()).map(({ id }) => [id, 1])))
  await Promise.all(batches.map((batch) => store.addDownloads(batch, new Date())))
  for (const { id } of repos) expect((await storage.ctx.repos.findRepoById(id))?.downloads).toBe(24)
})

test('the score is what fading sums would be', async () => {
  await using storage = await openTestStorage()
  const times = fc.array(fc.record({ day: fc.integer({ min: 0, max: 60 }), weight: fc.integer({ min: 1, max: 1000 }) }), { minLength: 1, maxLength: 6 })
  await fc.assert(fc.asyncProperty(times, async (adds) => {
    const begin = Date.UTC(2026, 0, 1)
    let stored = 0
    for (const { day, weight } of adds) {
      const [row] = await storage.db.query<{ score: number }>({ text: 'select trending_after($1, $2, $3) as score', values: [stored, weight, (begin + day * DAY_MS) / 1000] })
      stored = row?.score ?? 0
    }
    const now = begin + 60 * DAY_MS
    const sum = adds.reduce((total, { day, weight }) => total + weight * Math.exp(-(60 - day) / 7), 0)
    expect(Math.abs(trendingScoreAt(stored, new Date(now)) - sum)).toBeLessThanOrEqual(0.51)
  }), { numRuns: 25 })
})
