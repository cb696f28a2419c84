import { newObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { START_MS } from '../../test/fixtures.ts'
import { hashAccessToken } from './access-token.ts'
import type { CredentialOwner } from './account.ts'
import { authenticate } from './authenticate.ts'
import type { ActorSigner } from './ports.ts'

function owner(token: string, part: Partial<CredentialOwner> = {}): CredentialOwner {
  const id = newObjectId(START_MS, () => new Uint8Array(8))
  return {
    tokenSha256: hashAccessToken(token), tokenId: id, role: 'write', userId: id, userName: token, isAdmin: false, isSuspended: false,
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
      return Promise.resolve(owners.filter(({ tokenSha256 }) => digests.includes(tokenSha256)))
    },
  }
  return { queries, signed, ask: (tokens: readonly string[]) => authenticate({ accounts, signer, now: () => START_MS }, tokens) }
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
