import { newObjectId } from '@hearth/ids'
import type { Entropy } from '../src/domain/ports.ts'

export const START_MS = Date.UTC(2030, 0, 1)

/** A clock that the test moves and ids that count up. */
export function testEntropy(): Entropy & { nowMs: number } {
  let counter = 0
  return {
    nowMs: START_MS,
    now() {
      return this.nowMs
    },
    newId() {
      counter += 1
      const bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, counter >> 8, counter & 255)
      return newObjectId(this.nowMs, () => bytes)
    },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  }
}

export const ANA_TOKEN = 'hf_anaWrite'.padEnd(37, 'x')
export const BO_TOKEN = 'hf_boRead'.padEnd(37, 'x')

/** A bootstrap document as a team writes it. */
export const BOOTSTRAP = {
  users: [
    { name: '__Ana__', fullname: 'Ana Owner', email: 'ana@example.org', password: 'correct horse', admin: true, tokens: [{ name: 'write', value: `\uFEFF${ANA_TOKEN}\r\n`, role: 'write' }] },
    { name: 'bo', fullname: 'Bo', tokens: [{ name: 'read', value: BO_TOKEN, role: 'read' }] },
  ],
  orgs: [{ name: 'Team', fullname: 'The Team', defaultVisibility: 'private', members: [{ user: '__ana__', role: 'admin' }, { user: 'BO', role: 'contributor' }] }],
  aliases: [{ type: 'model', from: 'gpt2', to: 'openai-community/gpt2' }],
} as const
