import { expect, test } from 'vitest'
import { parseParameterRange, requiredTags, type TagQuery } from './list-filters.ts'

const NOTHING: TagQuery = { filter: [], tags: [], other: [], library: [], language: [], task: [], license: [], dataset: [] }

test('older keys of the query mean tags', () => {
  const query = { ...NOTHING, filter: ['a, b', 'dataset:x', 'a'], language: ['en'], task: ['t'], license: ['mit'], dataset: ['dataset:y', 'z'] }
  expect(requiredTags('models', query)).toEqual(['a', 'b', 'dataset:x', 'en', 't', 'license:mit', 'dataset:y', 'dataset:z'])
  expect(requiredTags('datasets', query)).toEqual(['a', 'b', 'dataset:x', 'language:en', 'task_categories:t', 'license:mit', 'dataset:y', 'dataset:z'])
})

test.each([
  [undefined, {}], ['min:6B,max:128B', { min: 6_000_000_000n, max: 128_000_000_000n }], ['max:0.5M', { max: 500_000n }], ['min:12', { min: 12n }], ['MIN:1k', { min: 1000n }],
])('reads %j', (text, expected) => {
  expect(parseParameterRange(text)).toEqual({ min: undefined, max: undefined, ...expected })
})

test.each(['6B', 'min:', 'min:x', 'min:1B;max:2B', 'min:-1', ''])('refuses %j', (text) => {
  expect(() => parseParameterRange(text)).toThrow('num_parameters')
})
