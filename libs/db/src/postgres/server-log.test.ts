import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openServerLog } from './server-log.ts'

test('the tail is of this start only, and a large file is set aside', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-log-'))
  const path = join(dir, 'postgres.log')
  await writeFile(path, 'from before\n')
  {
    await using log = await openServerLog(path)
    await appendFile(path, 'one\ntwo\nthree\n')
    expect(await log.tail(2)).toEqual(['two', 'three'])
    expect(await log.tail(9)).toEqual(['one', 'two', 'three'])
  }
  await truncate(path, 5 * 1024 * 1024)
  await using log = await openServerLog(path)
  expect((await stat(`${path}.1`)).size).toBe(5 * 1024 * 1024)
  expect(await readFile(path, 'utf8')).toBe('')
  expect(await log.tail(5)).toEqual([])
  await rm(dir, { recursive: true })
})
