import { expect, test } from 'vitest'
import { findNameProblem, foldName, RESERVED_NAMES } from './account-name.ts'

test.each(['ana', '_private', 'HuggingFaceH4', '__DUMMY_TRANSFORMERS_USER__', 'a.b-c_d', '0', 'x'.repeat(96), 'admin', 'root-admin', 'team'])('%s is a name', (name) => {
  expect(findNameProblem(name)).toBeUndefined()
})

test.each(['', 'x'.repeat(97), 'a b', 'ä', 'a/b', 'a--b', 'a..b', '-a', 'a-', '.a', 'a.', 'a.git', 'A.GIT', 'api', 'Settings', 'DATASETS', 'a\n', 'models'])('%j is none', (name) => {
  expect(findNameProblem(name)).toBeTypeOf('string')
})

test('reserved names are in their folded form', () => {
  for (const name of RESERVED_NAMES) expect(foldName(name)).toBe(name)
})
