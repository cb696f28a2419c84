import { createHash, randomBytes } from 'node:crypto'
import { commit, createRepo, deleteRepo, downloadFile, fileExists, listFiles, listModels, modelInfo, pathsInfo, uploadFile, whoAmI } from '@huggingface/hub'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'

let hub: Hub
const repo = 'ana/js'
const large = randomBytes(12_000_000)
const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

test('huggingface.js creates, commits, lists and downloads', { timeout: 60_000 }, async () => {
  const where = { hubUrl: hub.url, accessToken: TOKENS.ana }
  expect((await whoAmI(where)).name).toBe('ana')
  await createRepo({ ...where, repo })
  await uploadFile({ ...where, repo, file: { path: 'large.bin', content: new Blob([large]) }, useXet: false })
  const done = await commit({
    ...where, repo, title: 'two files', useXet: false,
    operations: [
      { operation: 'addOrUpdate', path: 'a/b.txt', content: new Blob(['beta']) },
      { operation: 'addOrUpdate', path: 'c.txt', content: new Blob(['gamma']) },
    ],
  })
  expect(done?.commit.oid).toMatch(/^[0-9a-f]{40}$/)

  const names: string[] = []
  for await (const file of listFiles({ ...where, repo, recursive: true })) if (file.type === 'file') names.push(file.path)
  expect(names.toSorted()).toEqual(['.gitattributes', 'a/b.txt', 'c.txt', 'large.bin'])
  const blob = await downloadFile({ ...where, repo, path: 'large.bin', xet: false })
  expect(sha(new Uint8Array(await (blob as Blob).arrayBuffer()))).toBe(sha(large))
  expect(await (await downloadFile({ ...where, repo, path: 'a/b.txt' }))?.text()).toBe('beta')
  expect(await fileExists({ ...where, repo, path: 'nothing' })).toBe(false)
  expect((await pathsInfo({ ...where, repo, paths: ['large.bin'] }))[0]?.lfs?.oid).toBe(sha(large))
  expect((await modelInfo({ ...where, name: repo })).name).toBe(repo)

  const found: string[] = []
  for await (const model of listModels({ ...where, search: { owner: 'ana' } })) found.push(model.name)
  expect(found).toContain(repo)
  await deleteRepo({ ...where, repo })
  await expect(modelInfo({ ...where, name: repo })).rejects.toMatchObject({ statusCode: 404 })
})
