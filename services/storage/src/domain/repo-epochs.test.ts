import type { ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { createRepoEpochs } from './repo-epochs.ts'
import type { Repo } from './repo.ts'

const ID = 'a'.repeat(24) as ObjectId

function setUp(first: number | undefined) {
  const state = { epoch: first, asked: 0, nowMs: 0, gate: Promise.resolve() }
  const findRepoById = async (): Promise<Repo | undefined> => {
    state.asked += 1
    const { epoch } = state
    await state.gate
    return epoch === undefined ? undefined : { epoch } as Repo
  }
  return { state, epochs: createRepoEpochs({ findRepoById }, () => state.nowMs) }
}

test('asks once in five seconds and then sees the change', async () => {
  const { state, epochs } = setUp(1)
  await Promise.all([epochs.assertCurrent(ID, 1), epochs.assertCurrent(ID, 1)])
  state.epoch = 2
  state.nowMs = 4_999
  await epochs.assertCurrent(ID, 1)
  expect(state.asked).toBe(1)
  state.nowMs = 5_000
  await expect(epochs.assertCurrent(ID, 1)).rejects.toMatchObject({ reason: 'LINK_EXPIRED' })
  await epochs.assertCurrent(ID, 2)
})

test('a repo that is gone answers as not found', async () => {
  await expect(setUp(undefined).epochs.assertCurrent(ID, 1)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('an answer that was under way when the repo changed is not remembered', async () => {
  const { state, epochs } = setUp(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  state.gate = promise
  const early = epochs.assertCurrent(ID, 1)
  state.epoch = 2
  epochs.forget(ID)
  resolve()
  await early
  await expect(epochs.assertCurrent(ID, 1)).rejects.toMatchObject({ reason: 'LINK_EXPIRED' })
})
