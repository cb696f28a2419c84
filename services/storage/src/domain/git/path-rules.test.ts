import { expect, test } from 'vitest'
import { assertPath, findPathProblem } from './path-rules.ts'

test.each([
  'a', 'a/b', '-rf.txt', 'docs/file.', 'docs/file ', 'e\u0301.txt', '\u00e9.txt', '\u{1f600}.bin', '.gitattributes', '.gitignore', '.github/x', 'a.git', 'git~10', 'x'.repeat(255),
  '\ufffd', 'C:', 'con', 'a b', 'a\tb', '...', '.gi',
])('%j is a path', (path) => {
  expect(findPathProblem(path)).toBeUndefined()
})

test.each([
  ['', 'empty'], ['.', 'segment'], ['a/../b', 'segment'], ['a/./b', 'segment'], ['a//b', 'two slashes'], ['/a', 'begins'], ['a/', 'ends'], ['a\\b', 'backslash'], ['a\0', 'NUL'],
  ['.git/config', '.git'], ['x/.GIT/hooks/y', '.git'], ['.Git', '.git'], ['git~1/x', '.git'], ['GIT~1', '.git'], ['.git./x', '.git'], ['.git ', '.git'], ['.git::$INDEX_ALLOCATION', '.git'],
  ['.g\u200cit/x', '.git'], ['.\u202agit', '.git'], ['\ufeff.git', '.git'], ['x'.repeat(256), '255 bytes'], ['\u00e9'.repeat(128), '255 bytes'], [`${'a/'.repeat(2100)}a`, '4096 bytes'], ['\ud800', 'Unicode'],
])('%j is refused', (path, why) => {
  expect(() => assertPath(path)).toThrow(expect.objectContaining({ reason: 'INVALID_PATH', message: expect.stringContaining(why) }))
})

test('the message names the path', () => {
  expect(() => assertPath('data/../x')).toThrow('"data/../x"')
})
