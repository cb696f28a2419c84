import { expect, test } from 'vitest'
import { emptyGitRepo } from '../../../test/harness/git-oracle.ts'
import { encodeCommit, parseCommit } from './commit-codec.ts'
import { EMPTY_TREE_OID, makeObject } from './git-object.ts'

const time = new Date(1_700_000_000_000)

test('git reads our commits and takes them for its own', async () => {
  await using repo = await emptyGitRepo()
  repo.git(['mktree'])
  const who = { name: 'An <a>\n B', email: 'a@x\n', time }
  const first = makeObject('commit', encodeCommit({ treeOid: EMPTY_TREE_OID, parentOids: [], author: who, committer: who, message: 'one' }))
  const second = makeObject('commit', encodeCommit({ treeOid: EMPTY_TREE_OID, parentOids: [first.oid], author: who, committer: who, message: 'two\n\nmore \u00e9' }))
  for (const commit of [first, second]) expect(repo.git(['hash-object', '-t', 'commit', '-w', '--stdin'], commit.data).trim()).toBe(commit.oid)
  expect(repo.git(['log', '--format=%H %an %ae %at %s %b', second.oid]).trim().split('\n')).toEqual([
    `${second.oid} An a B a@x 1700000000 two more \u00e9`, `${first.oid} An a B a@x 1700000000 one`,
  ])
  repo.git(['update-ref', 'refs/heads/main', second.oid])
  repo.git(['fsck', '--strict'])
})

test('a parsed commit has what was encoded', () => {
  const commit = { treeOid: EMPTY_TREE_OID, parentOids: [EMPTY_TREE_OID], author: { name: 'A', email: 'a@b', time }, committer: { name: 'C', email: 'c@d', time }, message: 'x\n\ny\n' }
  expect(parseCommit(encodeCommit(commit))).toEqual(commit)
})

test.each(['', 'tree abc\n\nx', `tree ${EMPTY_TREE_OID}\n\nx`, `tree ${EMPTY_TREE_OID}\nauthor x\ncommitter y\n\nz`])('%j is no commit', (text) => {
  expect(() => parseCommit(Buffer.from(text))).toThrow('malformed git commit')
})
