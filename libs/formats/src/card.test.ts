import { describe, expect, test } from 'vitest'
import { judgeCard } from './card-verdict.ts'
import { MAX_FRONT_MATTER_CHARS, parseCard } from './card.ts'

const bomb = (): string => {
  const lines = ['a0: &a0 [x, x]']
  for (let level = 1; level <= 9; level += 1) lines.push(`a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`).join(', ')}]`)
  return `---\n${lines.join('\n')}\n---\n`
}

describe('parseCard', () => {
  test('keeps what YAML 1.1 would have turned into something else', () => {
    const card = parseCard('---\nlanguage: [no, en]\ntags: [on, yes, 12:30:00]\ndate: 2024-01-01\nlicense: mit\nversion: 1.10\n---\n# Body\n')
    expect(card).toEqual({
      kind: 'read', body: '# Body\n',
      data: { language: ['no', 'en'], tags: ['on', 'yes', '12:30:00'], date: '2024-01-01', license: 'mit', version: 1.1 },
    })
  })

  test.each([
    ['no newline at the end', '---\nlicense: mit\n---'], ['CRLF', '---\r\nlicense: mit\r\n---\r\nx'], ['CR', '---\rlicense: mit\r---\rx'], ['a BOM', '\ufeff---\nlicense: mit\n---\n'], ['blanks after the lines', '--- \nlicense: mit\n---\t\n'],
    ['a rule in the body', '---\nlicense: mit\n---\ntext\n---\nmore'],
  ])('reads a block with %s', (_name, text) => {
    expect(parseCard(text)).toMatchObject({ kind: 'read', data: { license: 'mit' } })
  })

  test.each([
    ['indented lines', '    ---\n    license: mit\n    ---\n'], ['an empty block', '---\n---\nx'], ['a block of comments', '---\n# nothing\n---\n'], ['a rule in the body only', 'text\n---\nlicense: mit\n---\n'],
    ['no closing line', '---\nlicense: mit\n'], ['nothing at all', ''],
  ])('finds no metadata in %s', (_name, text) => {
    expect(parseCard(text).kind).toBe('bare')
    expect(judgeCard(text)).toEqual({ errors: [], warnings: ['empty or missing yaml metadata in repo card'] })
  })

  test.each([
    ['a tab', '---\na:\n\tb: 1\n---\n', /^line 3: /], ['a key twice', '---\nlicense: a\nx: 1\nlicense: b\n---\n', /^line 4: the key "license"/], ['a nested key twice', '---\na:\n  b: 1\n  b: 2\n---\n', /^line 4: /],
    ['too much', `---\n${'x: y\n'.repeat(MAX_FRONT_MATTER_CHARS / 5 + 1)}---\n`, /limit of 1048576/], ['an alias bomb', bomb(), /aliases/], ['a list', '---\n- a\n---\n', /mapping/], ['plain text', '---\nhello\n---\n', /mapping/],
    ['an open bracket', '---\na: [\n---\n', /^line \d+: /], ['deep nesting', `---\na: ${'['.repeat(20_000)}\n---\n`, /./], ['an unknown alias', '---\na: *b\n---\n', /./],
  ])('refuses %s within a second', (_name, text, message) => {
    const startedAt = performance.now()
    const { errors } = judgeCard(text)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(errors[0]).toMatch(message)
    expect(errors.join()).not.toMatch(/\n/)
  })

  test.each([['keys', Array.from({ length: 40_000 }, (_, at) => `k${at}: v`)], ['anchors', Array.from({ length: 20_000 }, (_, at) => `k${at}: &a${at} v`)], ['aliases', ['a: &a x', ...Array.from({ length: 40_000 }, (_, at) => `k${at}: *a`)]]])(
    'takes linear time for many %s', (_name, lines) => {
      const before = process.cpuUsage()
      parseCard(`---\n${lines.join('\n')}\n---\n`)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(4000)
    })

  test('gives strict JSON only', () => {
    const card = parseCard('---\na: .nan\nb: -.inf\n__proto__: 1\n? [x]\n: y\n---\n')
    expect(card.kind).toBe('read')
    if (card.kind !== 'read') return
    expect(JSON.parse(JSON.stringify(card.data))).toMatchObject({ a: null, b: null })
    expect(Object.getPrototypeOf(card.data)).toBe(Object.prototype)
  })
})
