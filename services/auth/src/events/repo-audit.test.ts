import { createMemoryBus, ensureOutbox } from '@hearth/events'
import { expect, test } from 'vitest'
import { openTestAuth } from '../../test/open-auth.ts'
import { repoAuditConsumer } from './repo-audit.ts'

const REPO = { repoId: 'a'.repeat(24), repoType: 'model', namespace: 'ana', name: 'm' }

async function open() {
  const auth = await openTestAuth()
  await ensureOutbox(auth.db)
  const consumer = repoAuditConsumer(auth.stores.audit)
  return { auth, consumer, list: () => auth.stores.audit.list({ actor: undefined, target: undefined, action: undefined, beforeId: undefined, limit: 100 }), [Symbol.asyncDispose]: () => auth[Symbol.asyncDispose]() }
}

test('keeps who did what to which repo, and nothing that is not named', async () => {
  await using world = await open()
  await using bus = createMemoryBus()
  await using _subscription = await bus.subscribe(world.consumer)
  bus.publish('hearth.storage.v1.repo.updated', { ...REPO, visibility: 'private', gated: 'open', epoch: 7, by: { actor: 'Ana', requestId: 'r-1' } })
  bus.publish('hearth.storage.v1.access.accepted', { ...REPO, userName: 'bo', status: 'accepted', fields: { answer: 'secret' }, by: { actor: 'service:gateway', requestId: 'r-2' } })
  bus.publish('hearth.storage.v1.repo.created', REPO)
  bus.publish('hearth.storage.v1.ref.moved', REPO)
  await bus.settle()
  const nobody = { id: undefined, credentialId: undefined }
  const target = { kind: 'repo', id: REPO.repoId, name: 'ana/m' }
  expect(await world.list()).toEqual([
    { id: 3, timeMs: expect.any(Number), action: 'repo.created', target, actor: { ...nobody, kind: 'service', name: 'storage' }, requestId: '', details: { type: 'model' } },
    { id: 2, timeMs: expect.any(Number), action: 'access.accepted', target, actor: { ...nobody, kind: 'service', name: 'gateway' }, requestId: 'r-2', details: { type: 'model', userName: 'bo', status: 'accepted' } },
    { id: 1, timeMs: expect.any(Number), action: 'repo.updated', target, actor: { ...nobody, kind: 'user', name: 'Ana' }, requestId: 'r-1', details: { type: 'model', visibility: 'private', gated: 'open' } },
  ])
})

test('an event that comes again leaves one entry; one that makes no sense leaves none', async () => {
  await using world = await open()
  const event = { id: '0190b0c0-0000-7000-8000-000000000001', subject: 'hearth.storage.v1.repo.deleted', payload: REPO, time: new Date(1_900_000_000_000), attempt: 1 }
  const { signal } = new AbortController()
  for (let attempt = 1; attempt < 3; attempt += 1) await world.consumer.handle({ ...event, attempt }, signal)
  for (const payload of [null, 'x', {}, { repoId: 7 }]) await world.consumer.handle({ ...event, payload }, signal)
  expect(await world.list()).toMatchObject([{ action: 'repo.deleted', timeMs: 1_900_000_000_000 }])
})
