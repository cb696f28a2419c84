import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHearthError } from '@hearth/errors'
import type { CommitOperation } from '../src/domain/commit-operation.ts'
import { exported } from './harness/git-oracle.ts'
import { commit, newRepo, openTestStorage, stage } from './harness/open-storage.ts'

type Step = { readonly kind: 'add' | 'deleteFile' | 'deleteFolder'; readonly path: string }

const segment = fc.constantFrom('a', 'b', 'a.b', 'a-', 'a0', '\u00e9', '\uffee', '\u{1f600}')
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('add', 'add', 'add', 'deleteFile', 'deleteFolder' as const), path })

/** What the files must be; undefined when one of the steps is impossible. */
function applyToModel(files: ReadonlyMap<string, string>, steps: readonly Step[], content: string): Map<string, string> | undefined {
  const next = new Map(files)
  for (const { kind, path: at } of steps) {
    const below = [...next.keys()].filter((one) => one.startsWith(`${at}/`))
    if (kind === 'add') {
      const isBlocked = at.split('/').slice(1).some((_, index, rest) => next.has(at.split('/').slice(0, -(rest.length - index)).join('/')))
      if (below.length > 0 || isBlocked) return undefined
      next.set(at, content)
    } else {
      const hits = kind === 'deleteFile' && next.has(at) ? [at] : below
      if (hits.length === 0) return undefined
      for (const one of hits) next.delete(one)
    }
  }
  return next
}

test('any sequence of edits gives the tree that git would have', { timeout: 60_000 }, async () => {
  await using storage = await openTestStorage()
  let count = 0
  await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }), async (commits) => {
    count += 1
    const repo = await newRepo(storage, `r${count}`)
    let files: ReadonlyMap<string, string> = new Map()
    for (const [round, steps] of commits.entries()) {
      const content = `content ${round}`
      const expected = applyToModel(files, steps, content)
      const [blob] = await stage(storage, repo.id, { any: content })
      const operations = steps.map((one): CommitOperation => (one.kind === 'add' && blob?.kind === 'addBlob' ? { ...blob, path: one.path } : { kind: one.kind === 'deleteFolder' ? 'deleteFolder' : 'deleteFile', path: one.path }))
      const outcome = await commit(storage, repo, operations).then(() => 'done', (error: unknown) => { if (isHearthError(error)) return 'refused'; throw error })
      expect(outcome).toBe(expected === undefined ? 'refused' : 'done')
      files = expected ?? files
    }
    await using git = await exported(storage, repo)
    const listed = git.git(['-c', 'core.quotePath=false', 'ls-tree', '-r', '-z', '--format=%(objectname) %(path)', 'main']).split('\0').filter((line) => line !== '' && !line.endsWith('.gitattributes'))
    const expected = [...files].map(([at, content]) => `${git.git(['hash-object', '--stdin'], content).trim()} ${at}`)
    expect(listed.toSorted()).toEqual(expected.toSorted())
  }), { numRuns: 25 })
})
