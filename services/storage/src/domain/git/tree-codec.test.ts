import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyGitRepo } from '../../../test/harness/git-oracle.ts'
import { hashObject, makeObject } from './git-object.ts'
import { compareTreeItems, encodeTree, MODE, parseTree, type TreeItem } from './tree-codec.ts'

const EMPTY_BLOB = hashObject('blob', Buffer.alloc(0))
const EMPTY_TREE = hashObject('tree', Buffer.alloc(0))

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text.isWellFormed() && !/[/\0]/.test(text) && text !== '.' && text !== '..' && !/^\.git/i.test(text))
const item = fc.record({ name, kind: fc.constantFrom('file', 'executable', 'folder' as const) })
const items = fc.uniqueArray(item, { maxLength: 12, selector: (one) => one.name }).map((list) => list.map((one): TreeItem => ({
  name: one.name, mode: MODE[one.kind === 'folder' ? 'folder' : one.kind === 'executable' ? 'executable' : 'file'], oid: one.kind === 'folder' ? EMPTY_TREE : EMPTY_BLOB,
})).toSorted(compareTreeItems))

test('our trees are byte for byte what git makes of the same entries', async () => {
  await using repo = await emptyGitRepo()
  repo.git(['hash-object', '-w', '--stdin'])
  repo.git(['mktree'])
  fc.assert(fc.property(items, (list) => {
    const lines = list.map((one) => `${one.mode.toString(8).padStart(6, '0')} ${one.mode === MODE.folder ? 'tree' : 'blob'} ${one.oid}\t${one.name}\0`)
    expect(hashObject('tree', encodeTree(list))).toBe(repo.git(['mktree', '-z'], lines.toReversed().join('')).trim())
  }), { numRuns: 40 })
})

test('parsing is the inverse of encoding', () => {
  fc.assert(fc.property(items, (list) => {
    expect(parseTree(encodeTree(list))).toEqual(list)
  }))
})

test.each([
  ['cut off', Buffer.from('100644 a\0short')],
  ['mode', Buffer.concat([Buffer.from('100664 a\0'), Buffer.alloc(20)])],
  ['empty', Buffer.concat([Buffer.from('100644 \0'), Buffer.alloc(20)])],
  ['slash', Buffer.concat([Buffer.from('100644 a/b\0'), Buffer.alloc(20)])],
  ['UTF-8', Buffer.concat([Buffer.from('100644 '), Buffer.from([0xff]), Buffer.from('\0'), Buffer.alloc(20)])],
  ['order', Buffer.concat([Buffer.from('100644 b\0'), Buffer.alloc(20), Buffer.from('100644 a\0'), Buffer.alloc(20)])],
  ['order', Buffer.concat([Buffer.from('100644 a\0'), Buffer.alloc(20), Buffer.from('100644 a\0'), Buffer.alloc(20)])],
])('a tree that git would not write is refused: %s', (word, data) => {
  expect(() => parseTree(data)).toThrow(word)
})

test('hashes are those of git hash-object', async () => {
  await using repo = await emptyGitRepo()
  for (const text of ['', 'hello\n', '\0'.repeat(5000)]) {
    expect(makeObject('blob', Buffer.from(text)).oid).toBe(repo.git(['hash-object', '--stdin'], text).trim())
  }
})
