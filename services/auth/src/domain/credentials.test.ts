import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { findTokenProblem, hashAccessToken, mintAccessToken } from './access-token.ts'
import { createPasswords, hashPassword, verifyPassword } from './password.ts'

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count))

test('minted tokens have the form that every client accepts', () => {
  const tokens = Array.from({ length: 200 }, () => mintAccessToken(random))
  for (const token of tokens) {
    expect(token).toMatch(/^hf_[A-Za-z0-9]{34,253}$/)
    expect(findTokenProblem(token)).toBeUndefined()
  }
  expect(new Set(tokens).size).toBe(200)
})

test('bytes that would favour some letters are left out', () => {
  let call = 0
  const token = mintAccessToken((count) => new Uint8Array(count).fill((call += 1) === 1 ? 255 : 61))
  expect(token).toBe(`hf_${'9'.repeat(34)}`)
})

test('the digest is SHA-256', () => {
  expect(hashAccessToken('hf_x')).toBe(createHash('sha256').update('hf_x').digest('hex'))
})

test('passwords verify, wrong ones do not, and the same one is stored twice differently', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await verifyPassword('correct horse', one)).toBe(true)
  expect(await verifyPassword('correct hors', one)).toBe(false)
  for (const stored of ['', 'correct horse', '$2b$10$abc', one.replace('m=19456', 'm=9999999')]) expect(await verifyPassword('correct horse', stored)).toBe(false)
})

test('the hash is what other implementations compute', async () => {
  // A vector of the reference implementation (its test.c).
  expect(await verifyPassword('password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc')).toBe(true)
})

test('for nobody the same work is done, and the answer is no', async () => {
  const passwords = createPasswords()
  const stored = await passwords.hash('correct horse')
  expect(await passwords.verify('correct horse', stored)).toBe(true)
  const shortestMs = async (hash: string | undefined): Promise<number> => {
    const times: number[] = []
    for (let n = 0; n < 5; n += 1) {
      const start = performance.now()
      expect(await passwords.verify('wrong', hash)).toBe(false)
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }
  await shortestMs(undefined)
  expect(await shortestMs(undefined)).toBeGreaterThan(await shortestMs(stored) * 0.3)
})

test('a crowd waits in line, up to a bound', async () => {
  const passwords = createPasswords()
  const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.verify('wrong', undefined)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(63)
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'UNAVAILABLE', retryAfterMs: 2000 })
})
