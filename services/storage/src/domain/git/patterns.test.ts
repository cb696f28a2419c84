import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layerLfsRules, parseLfsRules } from './attributes.ts'
import { parseIgnoreRules } from './ignore.ts'

const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' }
const pattern = fc.stringMatching(/^!?\/?(?:[ab*?]|\*\*\/|\/|\[a-b\]|\[!a\]|\.x|\\[ab]){1,6}\/?$/)
  // Runs of stars that are no whole segment mean little, and git's own answer to them is not its manual's.
  .filter((text) => !/\/\/|\*\*\*|[^/!]\*\*|\*\*[^/]/.test(text))
const path = fc.stringMatching(/^[ab](?:\/?[ab.x]){0,5}$/).filter((text) => !text.includes('..') && !/(?:^|\/)\.(?:\/|$)/.test(text))

async function withWorkTree(use: (folder: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-patterns-'))
  spawnSync('git', ['init', '-q', folder], { env: ENV })
  try {
    use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function ask(folder: string, args: readonly string[], paths: readonly string[]): string[] {
  const done = spawnSync('git', ['-C', folder, ...args], { env: ENV, input: paths.map((one) => `${one}\0`).join('') })
  return done.stdout.toString().split('\0').slice(0, -1)
}

test('ignore rules decide as git check-ignore does', async () => {
  await withWorkTree((folder) => fc.assert(fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (patterns, paths) => {
    writeFileSync(join(folder, '.gitignore'), patterns.join('\n'))
    const ignored = new Set(ask(folder, ['check-ignore', '--no-index', '-z', '--stdin'], paths))
    const isIgnored = parseIgnoreRules(patterns.join('\n'))
    expect(paths.filter(isIgnored)).toEqual(paths.filter((one) => ignored.has(one)))
  }), { numRuns: 120 }))
})

test('attribute rules decide as git check-attr does', async () => {
  const line = fc.tuple(pattern, fc.constantFrom('filter=lfs', '-filter', 'filter=other', 'text', '!filter')).map((parts) => parts.join(' '))
  await withWorkTree((folder) => fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (lines, paths) => {
    writeFileSync(join(folder, '.gitattributes'), `${lines.join('\n')}\n`)
    const fields = ask(folder, ['check-attr', '-z', '--stdin', 'filter'], paths)
    const rules = parseLfsRules(lines.join('\n'))
    expect(paths.map((one) => rules(one) === true)).toEqual(paths.map((_, index) => fields[index * 3 + 2] === 'lfs'))
  }), { numRuns: 120 }))
})

test('rules of nested files decide as git check-attr does', async () => {
  const line = fc.tuple(pattern, fc.constantFrom('filter=lfs', '-filter', 'text', '!filter')).map((parts) => parts.join(' '))
  const files = fc.record({ '': fc.array(line, { maxLength: 3 }), a: fc.array(line, { maxLength: 3 }), 'a/b': fc.array(line, { maxLength: 3 }) })
  await withWorkTree((folder) => {
    mkdirSync(join(folder, 'a', 'b'), { recursive: true })
    fc.assert(fc.property(files, fc.uniqueArray(fc.tuple(fc.constantFrom('', 'a/', 'a/b/', 'a/b/x/'), path).map((parts) => parts.join('')), { minLength: 1, maxLength: 12 }), (texts, paths) => {
      for (const [name, lines] of Object.entries(texts)) writeFileSync(join(folder, name, '.gitattributes'), `${lines.join('\n')}\n`)
      const fields = ask(folder, ['check-attr', '-z', '--stdin', 'filter'], paths)
      const rules = layerLfsRules(new Map(Object.entries(texts).map(([name, lines]) => [name, lines.join('\n')])))
      expect(paths.map((one) => rules(one) === true)).toEqual(paths.map((_, index) => fields[index * 3 + 2] === 'lfs'))
    }), { numRuns: 80 })
  })
})

test.each([[`${'*a'.repeat(8)}b`, 'a'.repeat(4000)], [`${'**/a/'.repeat(7)}**/b`, `${'a/'.repeat(300)}c`], [`${'?*'.repeat(8)}b`, 'a'.repeat(4000)]])('patterns do not backtrack: %s', (text, path) => {
  const isIgnored = parseIgnoreRules(text)
  const began = performance.now()
  expect(isIgnored(path)).toBe(false)
  expect(performance.now() - began).toBeLessThan(5000)
})

test('patterns and paths that come to too much work are refused in a few seconds', () => {
  const isIgnored = parseIgnoreRules(`${'**/a/'.repeat(7)}**/b\n`.repeat(5000))
  const began = performance.now()
  expect(() => isIgnored(`${'a/'.repeat(2000)}c`)).toThrow(expect.objectContaining({ reason: 'TOO_LARGE' }))
  expect(performance.now() - began).toBeLessThan(15_000)
})
