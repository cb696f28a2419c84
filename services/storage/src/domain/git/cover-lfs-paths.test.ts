import { expect, test } from 'vitest'
import { parseLfsRules } from './attributes.ts'
import { coverLfsPaths } from './cover-lfs-paths.ts'
import { defaultAttributes } from './default-files.ts'

const RULE = 'filter=lfs diff=lfs merge=lfs -text'
const numbered = (count: number, name: (index: string) => string): string[] => Array.from({ length: count }, (_, index) => name(String(index).padStart(5, '0')))

/** The text after so many commits of some files each; every file is covered after its own commit. */
function grow(start: string, paths: readonly string[], perCommit: number): string {
  let text = start
  for (let at = 0; at < paths.length; at += perCommit) {
    const batch = paths.slice(at, at + perCommit)
    text = coverLfsPaths(text, batch) ?? text
    expect(batch.filter((path) => parseLfsRules(text)(path) !== true)).toEqual([])
  }
  return text
}

test('thousands of shards add one line, the line of the owner stays', () => {
  expect(grow('*.keep text', numbered(2000, (n) => `s/${n}.mds`), 100)).toBe(`*.keep text\n*.mds ${RULE}\n`)
  expect(coverLfsPaths('*.mds filter=lfs', ['s/1.mds'])).toBeUndefined()
})

test('small text files stay plain as long as large ones can be named one by one', () => {
  expect(coverLfsPaths('', ['d/big file.json'])).toBe(`"/d/big file.json" ${RULE}\n`)
  expect(coverLfsPaths('', numbered(500, (n) => `d/${n}.jsonl`))).toBe(`/d/[0-9]*.jsonl ${RULE}\n`)
  expect(coverLfsPaths('', numbered(500, (n) => `d${n}/${n}.jsonl`))).toBe(`/d[0-9]*/[0-9]*.jsonl ${RULE}\n`)
  expect(coverLfsPaths('', numbered(500, (n) => `${n.replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}/x.jsonl`))).toBe(`*.jsonl ${RULE}\n`)
})

test.each([
  ['numbers for extensions', (n: string) => `ckpt/model.${n}-of-02000`], ['no extensions', (n: string) => `blobs/${n}/weights`], ['names of their own', (n: string) => `blobs/${Buffer.from(n).toString('hex').replace(/\d/g, 'x')}q`],
  ['an extension each', (n: string) => `blobs/x.e${n}`], ['text, a folder each', (n: string) => `${n}/data.csv`], ['text, one by one', (n: string) => `data/${n}-part.json`], ['a folder of words each', (n: string) => `top/${Buffer.from(n).toString('hex').replace(/\d/g, 'x')}q${n.replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}/w`],
])('2,000 commits of one file with %s keep the file small and every one covered', (_, name) => {
  const text = grow(`*.keep text\n${defaultAttributes('dataset').text}`, numbered(2000, name), 1)
  expect(text.split('\n').length - 1).toBeLessThanOrEqual(100)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024)
  expect(text.startsWith('*.keep text\n')).toBe(true)
})

test('names that need quotes and escapes are covered as they are', () => {
  const odd = ['we"ird name.json', 'a[1].txt', 'back*star.csv', 'x/y z/noext', '.hidden', 'caf\u00e9/\u00fc.json']
  const rules = parseLfsRules(coverLfsPaths('', odd) ?? '')
  expect(odd.map(rules)).toEqual(odd.map(() => true))
})

test('where there is no room nothing is added', () => {
  const full = numbered(100, (n) => `/x${n} ${RULE}`).join('\n')
  expect(coverLfsPaths(full, ['other'])).toBeUndefined()
  const owners = Array.from({ length: 3000 }, (_, index) => `/f${index} text`).join('\n')
  expect(coverLfsPaths(owners, ['w.bin'])).toBe(`${owners}\n*.bin ${RULE}\n`)
})
