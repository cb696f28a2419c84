import { NAMESPACE_PERMISSIONS, type UserActor } from '@hearth/authz'
import { expect, test } from 'vitest'
import { hashAccessToken } from '../src/domain/access-token.ts'
import { MAX_TOKENS } from '../src/domain/draft-token.ts'
import { createToken, deleteExpiredTokens, deleteToken, listTokens } from '../src/domain/manage-tokens.ts'
import { DAY_MS, from, HUB, NO_SIGNAL, openTestAuth, type TestAuth } from './open-auth.ts'

const READ = { displayName: 'laptop', role: 'read', scopes: undefined, expireMs: undefined } as const

function withRole(actor: UserActor, role: UserActor['token']['role']): UserActor {
  return { ...actor, token: { ...actor.token, role } }
}

async function auditText(auth: TestAuth): Promise<string> {
  return (await auth.db.query<{ text: string }>({ text: 'SELECT coalesce(json_agg(a)::text, $1) AS text FROM audit_log a', values: [''] }))[0]?.text ?? ''
}

test('a token is made, told once, used, listed and revoked', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('Ana')
  const { token, value } = await createToken(auth.deps, from(ana, 'req-1'), { ...READ, displayName: ' laptop ', expireMs: auth.entropy.now() + DAY_MS })
  expect(value).toMatch(/^hf_[A-Za-z0-9]{34}$/)
  expect(await auth.stores.accounts.findCredentials([hashAccessToken(value)])).toMatchObject([{ userName: 'Ana', role: 'read', expireMs: auth.entropy.now() + DAY_MS }])
  const listed = await listTokens(auth.deps, ana, NO_SIGNAL)
  expect(listed.map(({ displayName }) => displayName).toSorted()).toEqual(['laptop', 'own'])
  expect(JSON.stringify(listed)).not.toContain(value.slice(3))
  await deleteToken(auth.deps, from(ana, 'req-2'), token.id)
  expect(await auth.stores.accounts.findCredentials([hashAccessToken(value)])).toEqual([])
  await expect(deleteToken(auth.deps, from(ana), token.id)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  expect(auth.events.slice(-2)).toEqual([
    { type: 'hearth.auth.v1.token.created', payload: { tokenId: token.id, userId: ana.id, role: 'read' } },
    { type: 'hearth.auth.v1.token.revoked', payload: { tokenId: token.id, userId: ana.id } },
  ])
  const log = await auditText(auth)
  for (const fact of ['"request_id":"req-1"', '"request_id":"req-2"', `"credential_id":"${ana.token.id}"`, '"action":"token.create"', '"action":"token.delete"']) expect(log).toContain(fact)
  for (const secret of [value, hashAccessToken(value)]) expect(log).not.toContain(secret)
})

test('only a "write" token makes tokens and ends others; each may end itself', async () => {
  await using auth = await openTestAuth()
  const [ana, bo] = [await auth.addUser('ana'), await auth.addUser('bo')]
  for (const role of ['read', 'fineGrained'] as const) {
    await expect(createToken(auth.deps, from(withRole(ana, role)), READ)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
    await expect(deleteExpiredTokens(auth.deps, from(withRole(ana, role)))).rejects.toMatchObject({ reason: 'FORBIDDEN' })
    await expect(deleteToken(auth.deps, from(withRole(ana, role)), 'f'.repeat(24))).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  }
  await expect(listTokens(auth.deps, withRole(ana, 'fineGrained'), NO_SIGNAL)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  expect(await listTokens(auth.deps, withRole(ana, 'read'), NO_SIGNAL)).toHaveLength(1)
  for (const actor of [{ kind: 'anonymous' }, HUB] as const) await expect(listTokens(auth.deps, actor, NO_SIGNAL)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(deleteToken(auth.deps, from(bo), ana.token.id)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(deleteToken(auth.deps, from(bo), 'not an id')).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await deleteToken(auth.deps, from(withRole(ana, 'fineGrained')), ana.token.id)
  expect(await listTokens(auth.deps, ana, NO_SIGNAL)).toEqual([])
})

test('a token that was revoked, or whose user was suspended, leaves no successor behind', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana')
  const { token } = await createToken(auth.deps, from(ana), { ...READ, role: 'write' })
  const stale: UserActor = { ...ana, token: { id: token.id, role: 'write' } }
  await deleteToken(auth.deps, from(ana), token.id)
  await expect(createToken(auth.deps, from(stale), READ)).rejects.toMatchObject({ reason: 'INVALID_CREDENTIALS' })
  await auth.write({ kind: 'setSuspended', userId: ana.id as never, userName: 'ana', suspendMs: 0 })
  await expect(createToken(auth.deps, from(ana), READ)).rejects.toMatchObject({ reason: 'INVALID_CREDENTIALS' })
})

test('what a token cannot be is refused', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana')
  const make = (part: object): Promise<unknown> => createToken(auth.deps, from(ana), { ...READ, ...part })
  const scope = { kind: 'repo', id: 'a'.repeat(24), permissions: ['repo.write'] }
  const scopes = { canReadGatedRepos: false, global: [], scoped: [] }
  for (const part of [
    { displayName: '' }, { displayName: 'x'.repeat(201) }, { expireMs: auth.entropy.now() }, { expireMs: Number.NaN }, { expireMs: 1e17 }, { scopes },
    { role: 'fineGrained', scopes: { ...scopes, global: ['repo.write'] } }, { role: 'fineGrained', scopes: { ...scopes, scoped: [{ ...scope, id: 'x' }] } },
    { role: 'fineGrained', scopes: { ...scopes, scoped: [{ ...scope, permissions: ['org.write'] }] } },
    { role: 'fineGrained', scopes: { ...scopes, scoped: Array.from({ length: 101 }, () => scope) } },
    { role: 'fineGrained', scopes: { ...scopes, scoped: Array.from({ length: 100 }, (_, n) => ({ kind: 'namespace', id: String(n).padStart(24, '0'), permissions: NAMESPACE_PERMISSIONS })) } },
  ]) await expect(make(part), JSON.stringify(part)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(await listTokens(auth.deps, ana, NO_SIGNAL)).toHaveLength(1)
})

test('scopes are kept in one order, each target once', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana')
  const scoped = [
    { kind: 'repo', id: 'a'.repeat(24), permissions: ['repo.write', 'repo.content.read'] }, { kind: 'namespace', id: 'a'.repeat(24), permissions: ['org.write'] },
    { kind: 'repo', id: 'a'.repeat(24), permissions: ['repo.content.read'] },
  ] as const
  const { token } = await createToken(auth.deps, from(ana), { ...READ, role: 'fineGrained', scopes: { canReadGatedRepos: true, global: ['discussion.write', 'discussion.write'], scoped: [...scoped] } })
  expect(token.scopes).toEqual({
    canReadGatedRepos: true, global: ['discussion.write'],
    scoped: [{ kind: 'repo', id: 'a'.repeat(24), permissions: ['repo.content.read', 'repo.write'] }, { kind: 'namespace', id: 'a'.repeat(24), permissions: ['org.write'] }],
  })
})

test('a token may name a hundred repos', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana')
  const scoped = Array.from({ length: 100 }, (_, n) => ({ kind: 'repo' as const, id: String(n).padStart(24, '0'), permissions: ['repo.content.read', 'discussion.write'] }))
  const { token } = await createToken(auth.deps, from(ana), { ...READ, role: 'fineGrained', scopes: { canReadGatedRepos: false, global: [], scoped } })
  expect(token.scopes?.scoped).toHaveLength(100)
})

test('expired tokens go together, and only they', async () => {
  await using auth = await openTestAuth()
  const [ana, bo] = [await auth.addUser('ana'), await auth.addUser('bo')]
  await createToken(auth.deps, from(ana), { ...READ, displayName: 'short', expireMs: auth.entropy.now() + 1000 })
  await createToken(auth.deps, from(ana), { ...READ, displayName: 'long', expireMs: auth.entropy.now() + 10_000 })
  await createToken(auth.deps, from(bo), { ...READ, expireMs: auth.entropy.now() + 1000 })
  auth.entropy.nowMs += 1000
  expect(await deleteExpiredTokens(auth.deps, from(ana))).toBe(1)
  expect(await deleteExpiredTokens(auth.deps, from(ana))).toBe(0)
  expect((await listTokens(auth.deps, ana, NO_SIGNAL)).map(({ displayName }) => displayName).toSorted()).toEqual(['long', 'own'])
  expect(await listTokens(auth.deps, bo, NO_SIGNAL)).toHaveLength(2)
})

test('a user has a bounded number of tokens', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana')
  await auth.db.run({
    text: `INSERT INTO access_tokens (id, user_id, sha256, role, display_name, create_time)
      SELECT lpad(to_hex(n + 1000000), 24, '0'), $1, lpad(to_hex(n), 64, '0'), 'read', 'many', now() FROM generate_series(1, $2::int) n`,
    values: [ana.id, MAX_TOKENS - 1],
  })
  await expect(createToken(auth.deps, from(ana), READ)).rejects.toMatchObject({ reason: 'IN_USE' })
})
