import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertRefName, pullRequestNumber, revisionCandidates } from './ref-names.ts'

function isAccepted(name: string): boolean {
  try {
    assertRefName(name)
    return true
  } catch {
    return false
  }
}

test.each(['fix#1', 'a%20b', 'feature/x', 'v1.0', '\u00fcber', 'a.b/c-d', 'x@y', '123'])('%j is a branch name', (name) => expect(isAccepted(name)).toBe(true))

test.each(['', 'a..b', 'a b', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a/', '/a', 'a//b', 'a.', '@', 'a@{b', 'a~', 'a^', 'a:b', 'a?', 'a*', 'a[', 'a\\b', '-a', 'a\u007f', 'a\0', 'HEAD',
  'refs/heads/x', 'f'.repeat(40), 'F'.repeat(40)])('%j is refused', (name) => expect(isAccepted(name)).toBe(false))

test('what we accept, git accepts', () => {
  const part = fc.stringMatching(/^[a-z.@{}~^:?*[\\\- /]{1,8}$/)
  fc.assert(fc.property(part, (name) => {
    if (!isAccepted(name)) return
    expect(spawnSync('git', ['check-ref-format', '--branch', name]).status).toBe(0)
  }), { numRuns: 150 })
})

test('revisions: full ids name commits, branches come before tags', () => {
  expect(revisionCandidates('v1')).toEqual({ refs: ['refs/heads/v1', 'refs/tags/v1'], oidPrefix: undefined })
  expect(revisionCandidates('refs/pr/3')).toEqual({ refs: ['refs/pr/3'], oidPrefix: undefined })
  expect(revisionCandidates('A'.repeat(40))).toEqual({ refs: [], oidPrefix: 'a'.repeat(40) })
  expect(revisionCandidates('abcdef1')).toEqual({ refs: ['refs/heads/abcdef1', 'refs/tags/abcdef1'], oidPrefix: 'abcdef1' })
  expect(pullRequestNumber('refs/pr/12')).toBe(12)
  expect(pullRequestNumber('refs/pr/012')).toBeUndefined()
})
