import type { UserActor } from '@hearth/authz'
import { expect, test } from 'vitest'
import { logIn, type BegunSession } from '../src/domain/log-in.ts'
import { changePassword, deleteOtherSessions, deleteSession, listSessions, logOut } from '../src/domain/manage-sessions.ts'
import { hashSessionValue } from '../src/domain/session-value.ts'
import { DAY_MS, from, NO_SIGNAL, openTestAuth, type TestAuth } from './open-auth.ts'

const NOBODY = from({ kind: 'anonymous' })

function attempt(auth: TestAuth, name: string, password: string, clientAddress: string | undefined = undefined): Promise<BegunSession> {
  return logIn(auth.deps, NOBODY, { name, password, clientAddress, userAgent: 'browser\u0000é' }, NO_SIGNAL)
}

async function begin(auth: TestAuth, ana: UserActor): Promise<UserActor> {
  const { session } = await attempt(auth, 'ana', 'correct horse')
  return { ...ana, token: { id: session.id, role: 'write', isSession: true } }
}

function findSession(auth: TestAuth, value: string) {
  return auth.stores.sessions.findSessions([hashSessionValue(value)], auth.deps.sessionIdleMs)
}

test('a password begins a session that acts as its user and is kept as a digest', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('Ana', { password: 'correct horse', isAdmin: true })
  const { value, session, userName } = await attempt(auth, 'aNA', 'correct horse', '192.0.2.7')
  expect(value).toMatch(/^hs_[\w-]{43}$/)
  expect([userName, session.clientAddress, session.userAgent]).toEqual(['Ana', '192.0.2.7', 'browser??'])
  expect(await findSession(auth, value)).toMatchObject([{ isSession: true, role: 'write', userId: ana.id, isAdmin: true, isSuspended: false, expireMs: auth.entropy.now() + 7 * DAY_MS }])
  const rows = await auth.db.query<{ text: string }>({ text: 'SELECT (SELECT json_agg(s) FROM web_sessions s)::text || (SELECT json_agg(a) FROM audit_log a)::text AS text' })
  expect(rows[0]?.text).not.toContain(value)
  expect(rows[0]?.text).not.toContain('correct horse')
  expect(await auth.auditActions()).toEqual(['user.create', 'token.create', 'session.create'])
})

test('unknown names, wrong passwords, users without one and suspended users look alike', async () => {
  await using auth = await openTestAuth()
  const bo = await auth.addUser('bo', { password: 'correct horse' })
  await auth.addUser('ana', { password: 'correct horse' })
  await auth.addUser('cy')
  await auth.addOrg('team')
  await auth.write({ kind: 'setSuspended', userId: bo.id as never, userName: 'bo', suspendMs: 0 })
  const refusals = [['nobody', 'x'], ['ana', 'wrong'], ['cy', 'x'], ['bo', 'correct horse'], ['team', 'x'], ['x'.repeat(97), 'x'], ['ana', 'x'.repeat(1025)], ['', '']] as const
  const errors = await Promise.all(refusals.map(([name, password]) => attempt(auth, name, password).then(() => 'in', (error: Error) => error.message)))
  expect(new Set(errors)).toEqual(new Set(['Wrong user name or password']))
  expect(await auth.db.query({ text: 'SELECT 1 FROM web_sessions' })).toEqual([])
  const failed = await auth.db.query<{ target_name: string }>({ text: `SELECT target_name FROM audit_log WHERE action = 'login.fail' ORDER BY target_name` })
  expect(failed.map(({ target_name }) => target_name)).toEqual(['', '', '', 'ana', 'bo', 'cy'])
})

test('guessing at one account slows down, from wherever; the right password ends it', async () => {
  await using auth = await openTestAuth()
  await auth.addUser('ana', { password: 'correct horse' })
  for (let n = 0; n < 5; n += 1) await expect(attempt(auth, 'ana', 'wrong', `192.0.2.${n}`)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(attempt(auth, 'Ana', 'wrong', '192.0.2.9')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(attempt(auth, 'ana', 'correct horse', '192.0.2.10')).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED', retryAfterMs: 1000 })
  auth.entropy.nowMs += 1000
  await expect(attempt(auth, 'ana', 'wrong')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  auth.entropy.nowMs += 1999
  await expect(attempt(auth, 'ana', 'correct horse')).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED' })
  auth.entropy.nowMs += 1
  await attempt(auth, 'ana', 'correct horse')
  for (let n = 0; n < 5; n += 1) await expect(attempt(auth, 'ana', 'wrong')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
})

test('an address slows down over many accounts; a success of its own does not clear it', async () => {
  await using auth = await openTestAuth()
  await auth.addUser('ana', { password: 'correct horse' })
  for (let n = 0; n < 21; n += 1) {
    if (n === 10) await attempt(auth, 'ana', 'correct horse', '2001:db8::1')
    await expect(attempt(auth, `nobody-${n}`, 'wrong', `2001:db8::${n + 1}`)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  }
  await expect(attempt(auth, 'ana', 'correct horse', '2001:DB8:0:0:5::9')).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED' })
  await attempt(auth, 'ana', 'correct horse', '2001:db8:0:1::9')
})

test('a hundred guesses at once are no way around the delay', async () => {
  await using auth = await openTestAuth()
  await auth.addUser('ana', { password: 'correct horse' })
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => attempt(auth, 'ana', 'wrong').catch((error: { reason: string }) => error.reason)))
  expect(outcomes.filter((outcome) => outcome === 'UNAUTHENTICATED')).toHaveLength(6)
  expect(outcomes.filter((outcome) => outcome === 'QUOTA_EXCEEDED')).toHaveLength(94)
})

test('sessions are listed, ended one by one, all others, and by logging out', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana', { password: 'correct horse' })
  const bo = await auth.addUser('bo', { password: 'correct horse' })
  const [first, second, third] = [await begin(auth, ana), await begin(auth, ana), await begin(auth, ana)]
  expect((await listSessions(auth.deps, first, NO_SIGNAL)).map(({ id }) => id).toSorted()).toEqual([first, second, third].map(({ token }) => token.id).toSorted())
  await expect(deleteSession(auth.deps, from(bo), first.token.id, NO_SIGNAL)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await deleteSession(auth.deps, from(first), second.token.id, NO_SIGNAL)
  await deleteOtherSessions(auth.deps, from(third))
  expect((await listSessions(auth.deps, ana, NO_SIGNAL)).map(({ id }) => id)).toEqual([third.token.id])
  await logOut(auth.deps, from(ana))
  await logOut(auth.deps, from(third))
  expect(await listSessions(auth.deps, ana, NO_SIGNAL)).toEqual([])
  await expect(deleteOtherSessions(auth.deps, from({ ...ana, token: { id: 'x', role: 'read' } }))).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  expect(auth.events.filter(({ type }) => type === 'hearth.auth.v1.session.ended')).toHaveLength(3)
})

test('a session ends by itself: after its life, or unused', async () => {
  await using auth = await openTestAuth()
  await auth.addUser('ana', { password: 'correct horse' })
  const { value, session } = await attempt(auth, 'ana', 'correct horse')
  const start = auth.entropy.now()
  await auth.stores.upkeep.recordUses([{ id: session.id, isSession: true, usedMs: start + 6 * DAY_MS }])
  expect((await findSession(auth, value))[0]?.expireMs).toBe(start + 13 * DAY_MS)
  await auth.stores.upkeep.recordUses([{ id: session.id, isSession: true, usedMs: start + 29 * DAY_MS }])
  expect((await findSession(auth, value))[0]?.expireMs).toBe(start + 30 * DAY_MS)
  auth.entropy.nowMs = start + 30 * DAY_MS
  expect(await listSessions(auth.deps, await auth.addUser('bo'), NO_SIGNAL)).toEqual([])
  await auth.stores.upkeep.deleteStale({ tokensMs: 0, sessionsMs: auth.entropy.now() + 1, unusedSessionsMs: 0 }, from({ kind: 'service', name: 'auth' }))
  expect(await findSession(auth, value)).toEqual([])
})

test('a new password needs the old one, and ends the other sessions', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana', { password: 'correct horse' })
  const [here, there] = [await begin(auth, ana), await begin(auth, ana)]
  const change = (actor: UserActor, currentPassword: string, newPassword: string) => changePassword(auth.deps, from(actor), { currentPassword, newPassword, clientAddress: undefined }, NO_SIGNAL)
  await expect(change(here, 'wrong', 'battery staple')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(change(here, 'correct horse', 'short')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await change(here, 'correct horse', 'battery staple')
  expect((await listSessions(auth.deps, here, NO_SIGNAL)).map(({ id }) => id)).toEqual([here.token.id])
  expect(there.token.id).not.toBe(here.token.id)
  await expect(attempt(auth, 'ana', 'correct horse')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await attempt(auth, 'ana', 'battery staple')
  for (let n = 0; n < 6; n += 1) await expect(change(here, 'wrong', 'battery staple')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(change(here, 'battery staple', 'anything else')).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED' })
})

test('a password that changed meanwhile begins no session', async () => {
  await using auth = await openTestAuth()
  const ana = await auth.addUser('ana', { password: 'correct horse' })
  const owner = await auth.stores.sessions.findPasswordOwner('ana')
  await auth.write({ kind: 'setPassword', userId: ana.id as never, userName: 'ana', passwordHash: 'plain other' })
  const session = {
    id: auth.entropy.newId(), userId: ana.id as never, userName: 'ana', sha256: hashSessionValue('x'), createMs: 0, expireMs: 1, userAgent: undefined, clientAddress: undefined,
  }
  expect(await auth.stores.sessions.addSession(session, owner?.passwordHash ?? '', NOBODY)).toBe(false)
  expect(await auth.stores.sessions.addSession(session, 'plain other', NOBODY)).toBe(true)
})
