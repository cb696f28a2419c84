import { newObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { createCredentialUses } from './credential-uses.ts'
import type { CredentialUse } from './ports.ts'

const id = newObjectId(0, () => new Uint8Array(8))

function setUp() {
  const state = { nowMs: 1000, isDown: false }
  const written: (readonly CredentialUse[])[] = []
  const uses = createCredentialUses({
    recordUses: (batch) => {
      if (state.isDown) return Promise.reject(new Error('down'))
      written.push(batch)
      return Promise.resolve()
    },
  }, () => state.nowMs)
  return { state, written, uses }
}

test('a credential in constant use is written once a minute, with its latest time', async () => {
  const { state, written, uses } = setUp()
  for (let second = 0; second < 130; second += 1) {
    state.nowMs = 1000 + second * 1000
    uses.note({ id, isSession: false })
    if (second % 10 === 9) await uses.flush()
  }
  expect(written.map((batch) => batch.map(({ usedMs }) => usedMs))).toEqual([[10_000], [70_000], [130_000]])
})

test('nothing noted: nothing written', async () => {
  const { written, uses } = setUp()
  await uses.flush()
  expect(written).toEqual([])
})

test('what cannot be written is kept, and a later use wins', async () => {
  const { state, written, uses } = setUp()
  state.isDown = true
  uses.note({ id, isSession: true })
  await expect(uses.flush()).rejects.toThrow('down')
  state.isDown = false
  state.nowMs = 5000
  uses.note({ id, isSession: true })
  await uses.flush()
  expect(written).toEqual([[{ id, isSession: true, usedMs: 5000 }]])
})
