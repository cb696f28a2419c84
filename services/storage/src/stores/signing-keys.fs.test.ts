import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSigningKeys } from './signing-keys.fs.ts'

let root: string
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'hearth-keys-')) })
afterAll(async () => { await rm(root, { recursive: true, force: true }) })

test('keys are made once, for their owner alone, also when two start at a time', async () => {
  const path = join(root, 'made', 'keys')
  const [first, second] = await Promise.all([loadSigningKeys(path), loadSigningKeys(path)])
  expect(second).toEqual(first)
  expect(await loadSigningKeys(path)).toEqual(first)
  expect(first[0]?.secret.length).toBe(32)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test.each([['nothing', ''], ['noise', 'hello\n'], ['a short secret', 'k1 YWJj\n'], ['three keys', `k ${'A'.repeat(43)}\n`.repeat(3)]])('a file with %s stops the start with a reason', async (name, text) => {
  const path = join(root, name.replaceAll(' ', '-'))
  await writeFile(path, text)
  await expect(loadSigningKeys(path)).rejects.toThrow(path)
})
