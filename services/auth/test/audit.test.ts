import { expect, test } from 'vitest'
import { listAuditEntries, type ListAuditQuery } from '../src/domain/list-accounts.ts'
import { createUser, mintToken, suspendUser } from '../src/domain/manage-users.ts'
import { from, NO_SIGNAL, openTestAuth } from './open-auth.ts'

const ALL: ListAuditQuery = { pageSize: undefined, pageToken: undefined, actor: undefined, target: undefined, action: undefined }

test('tells who did what to whom from which request, newest first, by page and by filter', async () => {
  await using auth = await openTestAuth()
  const boss = await auth.addUser('Boss', { isAdmin: true })
  for (let n = 0; n < 5; n += 1) await createUser(auth.deps, from(boss, `req-${n}`), { name: `user-${n}`, fullName: undefined, email: undefined, password: undefined, isAdmin: n === 0 })
  await mintToken(auth.deps, from(boss, 'mint'), 'user-1', { displayName: 'm', role: 'fineGrained', scopes: { canReadGatedRepos: true, global: [], scoped: [] }, expireMs: auth.entropy.now() + 1000 })
  await suspendUser(auth.deps, from(boss), 'user-2')
  const list = (part: Partial<ListAuditQuery> = {}) => listAuditEntries(auth.stores.audit, boss, { ...ALL, ...part }, NO_SIGNAL)
  const walked: number[] = []
  for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined; isFirst = false) {
    const page = await list({ pageSize: 3, pageToken })
    walked.push(...page.rows.map(({ id }) => id))
    pageToken = page.nextPageToken
  }
  expect(walked).toEqual((await list()).rows.map(({ id }) => id))
  expect(walked).toEqual(walked.toSorted((a, b) => b - a))
  expect((await list({ actor: 'BOSS', action: 'token' })).rows).toMatchObject([{
    action: 'token.create', requestId: 'mint', actor: { kind: 'user', id: boss.id, name: 'Boss', credentialId: boss.token.id }, target: { kind: 'token', name: 'user-1' },
    details: { token: 'm', role: 'fineGrained', scopes: 'gated', expires: expect.stringMatching(/Z$/) },
  }])
  expect((await list({ target: 'user-2' })).rows.map(({ action }) => action)).toEqual(['session.end-all', 'user.suspend', 'user.create'])
  expect((await list({ action: 'user.create', actor: 'boss' })).rows).toHaveLength(5)
  expect((await list({ action: 'user.crea' })).rows).toEqual([])
  for (const part of [{ action: '%' }, { action: 'x'.repeat(51) }, { pageToken: Buffer.from('x').toString('base64url') }, { actor: 'x'.repeat(201) }]) {
    await expect(list(part)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  }
})

test.each(['UPDATE audit_log SET action = \'x\'', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])('nothing changes it: %s', async (text) => {
  await using auth = await openTestAuth()
  await auth.addUser('ana')
  await expect(auth.db.run({ text })).rejects.toThrow('append-only')
  expect(await auth.auditActions()).toEqual(['user.create', 'token.create'])
})

test('expired tokens leave an entry when they are swept away', async () => {
  await using auth = await openTestAuth()
  const boss = await auth.addUser('boss', { isAdmin: true })
  const { token } = await mintToken(auth.deps, from(boss), 'boss', { displayName: 'old', role: 'read', scopes: undefined, expireMs: auth.entropy.now() + 1 })
  const before = { tokensMs: auth.entropy.now() + 1, sessionsMs: 0, unusedSessionsMs: 0 }
  const origin = from({ kind: 'service', name: 'auth' }, 'upkeep')
  expect(await auth.stores.upkeep.deleteStale(before, origin)).toBe(0)
  expect(await auth.stores.upkeep.deleteStale({ ...before, tokensMs: before.tokensMs + 1 }, origin)).toBe(1)
  expect((await listAuditEntries(auth.stores.audit, boss, { ...ALL, action: 'token.expire' }, NO_SIGNAL)).rows).toMatchObject([{ actor: { kind: 'service', name: 'auth' }, target: { id: token.id, name: 'boss' }, details: { token: 'old' } }])
})
