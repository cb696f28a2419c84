import { expect, test } from 'vitest'
import { addTallies, EMPTY, exitCodeOf, tallyLine } from './tally.ts'

const skip = { name: 'a > b', reason: 'no git-lfs' }

test('the last line counts every part', () => {
  expect(tallyLine(addTallies({ passed: 3, failed: 0, skips: [skip] }, { passed: 1, failed: 2, skips: [] }))).toBe('4 passed, 2 failed, 1 skipped')
})

test('fails when a test failed, and when none passed', () => {
  expect(exitCodeOf({ passed: 1, failed: 0, skips: [skip] })).toBe(0)
  expect(exitCodeOf({ passed: 1, failed: 1, skips: [] })).toBe(1)
  expect(exitCodeOf({ ...EMPTY, skips: [skip] })).toBe(1)
})
