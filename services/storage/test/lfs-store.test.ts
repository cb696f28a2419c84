import { randomBytes } from 'node:crypto'
import { newObjectId, type ObjectId } from '@hearth/ids'
import { describe, expect, test } from 'vitest'
import { createLfsStore } from '../src/stores/lfs-store.pg.ts'
import { newRepo, openTestStorage } from './harness/open-storage.ts'
import { createMemoryLfsStore } from './memory-stores.ts'
import { sha256Of } from './suites/blob-store.suite.ts'
import { describeLfsStore } from './suites/lfs-store.suite.ts'

describe('in memory', () => describeLfsStore(async () => {
  const repos = new Set<ObjectId>()
  return {
    store: createMemoryLfsStore(Date.now, (id) => repos.has(id)),
    async addRepo() {
      const id = newObjectId(Date.now(), randomBytes)
      repos.add(id)
      return id
    },
    async deleteRepo(id) { repos.delete(id) },
    async [Symbol.asyncDispose]() { repos.clear() },
  }
}))

describe('on PostgreSQL', () => {
  describeLfsStore(async () => {
    const storage = await openTestStorage()
    let made = 0
    return {
      store: createLfsStore({ db: storage.db, addEvent: async () => undefined }),
      addRepo: async () => (await newRepo(storage, `r${made += 1}`)).id,
      deleteRepo: (id) => storage.ctx.repos.deleteRepo(id),
      [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
    }
  })

  test('an object is recorded with its event, or not at all', async () => {
    await using storage = await openTestStorage()
    const repo = await newRepo(storage, 'm')
    const object = { sha256: sha256Of(Buffer.from('x')), sizeBytes: 1, senderId: 'a'.repeat(24) }
    const failing = createLfsStore({ db: storage.db, addEvent: () => Promise.reject(new Error('no outbox')) })
    await expect(failing.recordObject(repo.id, object)).rejects.toThrow('no outbox')
    expect((await failing.findInRepo(repo.id, [object.sha256], object.senderId)).size).toBe(0)
  })
})
