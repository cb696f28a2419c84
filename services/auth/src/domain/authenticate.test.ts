import { newObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { START_MS } from '../../test/fixtures.ts'
import { hashAccessToken } from './access-token.ts'
import type { CredentialOwner } from './account.ts'
import { authenticate, type PresentedCredential } from './authenticate.ts'
import type { ActorSigner } from './ports.ts'

function owner(token: string, part: Partial<CredentialOwner> = {}): CredentialOwner {
  const id = newObjectId(START_MS, () => new Uint8Array(8))
  return {
    sha256: hashAccessToken(token), credentialId: id, isSession: false, role: 'write', scopes: undefined, userId: id, userName: token, isAdmin: false, isSuspended: false,
    expireMs: undefined, orgs: [], ...part,
  }
}

function setUp(owners: readonly CredentialOwner[]) {
  const queries: (readonly string[])[] = []
  const signed: unknown[] = []
  const signer: ActorSigner = {
    sign: (actor) => {
      signed.push(actor)
      return Promise.resolve({ token: `jws of ${actor.name}`, expireMs: START_MS + 60_000 })
    },
    keySet: { keys: [] },
  }
  const accounts = {
    findCredentials: (digests: readonly string[]) => {
      queries.push(digests)
      return Promise.resolve(owners.filter(({ sha256, isSession }) => !isSession && digests.includes(sha256)))
    },
  }
  const sessions = { findSessions: (digests: readonly string[]) => Promise.resolve(owners.filter(({ sha256, isSession }) => isSession && digests.includes(sha256))) }
  const used: string[] = []
  const uses = { note: (use: { readonly id: string }): void => void used.push(use.id) }
  const present = (credentials: readonly PresentedCredential[]) => authenticate({ accounts, sessions, signer, uses, sessionIdleMs: 1000, now: () => START_MS }, credentials)
  return { queries, signed, used, present, ask: (tokens: readonly string[]) => present(tokens.map((value) => ({ kind: 'accessToken', value }))) }
}

test('answers in order, with one query and one signature for each distinct token', async () => {
  const { queries, signed, ask } = setUp([owner('hf_ana', { orgs: [{ id: 'o', name: 'team', role: 'read' }] }), owner('hf_bo', { role: 'read' })])
  const outcomes = await ask(['hf_bo', 'hf_nobody', ' hf_ana\r\n', '\uFEFFhf_bo', '', 'x'.repeat(5000)])
  expect(outcomes.map((outcome) => (outcome.kind === 'authenticated' ? outcome.actorToken : outcome.reason)))
    .toEqual(['jws of hf_bo', 'unknown', 'jws of hf_ana', 'jws of hf_bo', 'unknown', 'unknown'])
  expect(queries).toHaveLength(1)
  expect(queries[0]).toHaveLength(3)
  expect(signed).toHaveLength(2)
  expect(signed).toContainEqual(expect.objectContaining({ kind: 'user', name: 'hf_ana', orgs: [{ id: 'o', name: 'team', role: 'read' }], token: { id: expect.any(String), role: 'write' } }))
})

test('nothing that could be a token: no query', async () => {
  const { queries, ask } = setUp([])
  expect(await ask(['', '  '])).toEqual([{ kind: 'rejected', reason: 'unknown' }, { kind: 'rejected', reason: 'unknown' }])
  expect(queries).toEqual([])
})

test('expired tokens and suspended users are told apart', async () => {
  const { ask } = setUp([owner('hf_old', { expireMs: START_MS }), owner('hf_new', { expireMs: START_MS + 1 }), owner('hf_bad', { isSuspended: true })])
  expect((await ask(['hf_old', 'hf_new', 'hf_bad'])).map((outcome) => (outcome.kind === 'rejected' ? outcome.reason : 'ok'))).toEqual(['expired', 'ok', 'suspended'])
})

test('scopes travel; a session acts as the account itself and is no token', async () => {
  const scopes = { canReadGatedRepos: true, global: [], scoped: [] }
  const { present, signed } = setUp([owner('hf_fine', { role: 'fineGrained', scopes }), owner('hs_ana', { isSession: true })])
  const outcomes = await present([
    { kind: 'accessToken', value: 'hf_fine' }, { kind: 'session', value: 'hs_ana' }, { kind: 'accessToken', value: 'hs_ana' }, { kind: 'session', value: 'hf_fine' },
  ])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['authenticated', 'authenticated', 'rejected', 'rejected'])
  expect(signed).toMatchObject([{ token: { role: 'fineGrained', scopes } }, { token: { role: 'write', isSession: true } }])
})

test('a use is noted for what is accepted alone', async () => {
  const { ask, used } = setUp([owner('hf_ana'), owner('hf_old', { expireMs: START_MS }), owner('hf_bad', { isSuspended: true })])
  await ask(['hf_ana', 'hf_old', 'hf_bad', 'hf_nobody', 'hf_ana'])
  expect(used).toHaveLength(1)
})
