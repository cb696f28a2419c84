import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashTree, writeSafetensors, writeSmallFiles } from '../harness/files.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { hasLane, openLane, type Finished, type LaneName } from '../harness/python.ts'

const CLIENTS: readonly (readonly [LaneName, string])[] = [['b', 'huggingface_hub 1.33'], ['c', 'huggingface_hub 0.36']]

const ok = (done: Finished): Finished => {
  expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)
  return done
}

let hub: Hub
let work: string
let source: string

beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  work = await mkdtemp(join(tmpdir(), 'hearth-older-'))
  source = join(work, 'source')
  await mkdir(source)
  await writeFile(join(source, 'README.md'), '---\nlicense: mit\n---\n# Old and new\n')
  await writeSafetensors(join(source, 'model.safetensors'), 150_000_000)
  await writeSmallFiles(source, 120)
})

afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

describe.each(CLIENTS)('lane %s (%s)', (name) => {
  test.skipIf(!hasLane(name))('works through the Python API', { timeout: 120_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    ok(await lane.python('hub_api.py'))
  })

  test.skipIf(!hasLane(name))('asks for the files of a gated repo, decides and downloads', { timeout: 120_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url })
    ok(await lane.python('access_requests.py', [TOKENS.ana, TOKENS.bo, TOKENS.member, `ana/gated-${name}`]))
  })

  test.skipIf(!hasLane(name))('uploads a folder by its command line and downloads it, every byte equal', { timeout: 120_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const id = `ana/folder-${name}`
    ok(await lane.hf(['upload', id, source, '.']))
    const target = join(work, `target-${name}`)
    ok(await lane.hf(['download', id, '--local-dir', target]))
    const { ['.gitattributes']: attributes, ...rest } = await hashTree(target)
    expect(attributes).toBeDefined()
    expect(rest).toEqual(await hashTree(source))
  })
})
