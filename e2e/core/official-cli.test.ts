import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashFile, hashTree, writeSafetensors, writeSmallFiles } from '../harness/files.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { hasLane, openLane, type Finished, type Lane } from '../harness/python.ts'
import { requestsSince } from '../harness/request-log.ts'

const WEIGHTS_BYTES = 300_000_000
const CARD = '---\nlicense: mit\ntags: [demo]\n---\n# A model of 1,000 parts\n'

const ok = (done: Finished): Finished => {
  expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)
  return done
}

describe.skipIf(!hasLane('a'))('the newest hf command line (lane a)', () => {
  let hub: Hub
  let lane: Lane
  let work: string
  let source: string

  beforeAll(async () => {
    hub = await startHub({ bootstrap: BOOTSTRAP })
    lane = await openLane('a', { endpoint: hub.url, token: TOKENS.ana })
    work = await mkdtemp(join(tmpdir(), 'hearth-files-'))
    source = join(work, 'source')
    await mkdir(source)
    await writeFile(join(source, 'README.md'), CARD)
    await writeFile(join(source, 'config.json'), '{"model_type":"bert"}')
    await writeSafetensors(join(source, 'model.safetensors'), WEIGHTS_BYTES)
    await writeSmallFiles(source, 1000)
  })

  afterAll(async () => {
    await lane[Symbol.asyncDispose]()
    await hub[Symbol.asyncDispose]()
    await rm(work, { recursive: true, force: true })
  })

  test('logs in with a token and says who it is', async () => {
    await using fresh = await openLane('a', { endpoint: hub.url })
    const refused = await fresh.hf(['auth', 'login', '--token', `hf_${'0'.repeat(34)}`])
    expect(refused.code).not.toBe(0)
    ok(await fresh.hf(['auth', 'login', '--token', TOKENS.ana]))
    const who = ok(await fresh.hf(['auth', 'whoami']))
    expect(who.stdout).toContain('ana')
    expect(who.stdout).toContain('team')
  })

  test('creates a model, a dataset, a space, a private one, and one in an organisation', async () => {
    ok(await lane.hf(['repos', 'create', 'ana/plain']))
    ok(await lane.hf(['repos', 'create', 'ana/data', '--type', 'dataset']))
    ok(await lane.hf(['repos', 'create', 'ana/app', '--type', 'space', '--space-sdk', 'static']))
    ok(await lane.hf(['repos', 'create', 'ana/hidden', '--private']))
    ok(await lane.hf(['repos', 'create', 'team/shared', '--private']))
    const again = await lane.hf(['repos', 'create', 'ana/plain'])
    expect(again.code).not.toBe(0)
    ok(await lane.hf(['repos', 'create', 'ana/plain', '--exist-ok']))
    await using stranger = await openLane('a', { endpoint: hub.url, token: TOKENS.bo })
    const denied = await stranger.hf(['download', 'ana/hidden'])
    expect(denied.code).not.toBe(0)
    expect(denied.stderr + denied.stdout).toMatch(/not found|404/i)
  })

  test('uploads a folder with a 300 MB file and 1,000 small ones and gets every byte back', { timeout: 240_000 }, async () => {
    ok(await lane.hf(['upload', 'ana/big', source, '.', '--commit-message', 'all of it']))
    const target = join(work, 'whole')
    ok(await lane.hf(['download', 'ana/big', '--local-dir', target]))
    const { ['.gitattributes']: attributes, ...rest } = await hashTree(target)
    expect(attributes).toBeDefined()
    expect(rest).toEqual(await hashTree(source))
    await rm(target, { recursive: true })
  })

  test('uploads the same folder again without sending or committing anything', { timeout: 120_000 }, async () => {
    const mark = (await hub.log()).length
    ok(await lane.hf(['upload', 'ana/big', source, '.']))
    const requests = await requestsSince(hub, mark)
    expect(requests.filter((r) => r.path.includes('/commit/') || r.path.startsWith('/-/'))).toEqual([])
  })

  test('downloads into the cache; the second time nothing is transferred', { timeout: 120_000 }, async () => {
    ok(await lane.hf(['download', 'ana/big']))
    const mark = (await hub.log()).length
    ok(await lane.hf(['download', 'ana/big']))
    const requests = await requestsSince(hub, mark)
    expect(requests.filter((r) => r.method === 'GET' && (r.path.includes('/resolve/') || r.path.startsWith('/-/')))).toEqual([])
  })

  test('honours --include, --exclude and --revision', { timeout: 120_000 }, async () => {
    const some = join(work, 'some')
    ok(await lane.hf(['download', 'ana/big', '--include', '*.json', '--include', 'part-00/*', '--exclude', '*-00007.txt', '--local-dir', some]))
    const names = Object.keys(await hashTree(some))
    expect(names).toContain('config.json')
    expect(names.filter((name) => name.startsWith('part-00/'))).toHaveLength(99)
    expect(names).not.toContain('model.safetensors')

    const changed = join(work, 'changed')
    await cp(join(source, 'config.json'), join(changed, 'config.json'), { recursive: true })
    await writeFile(join(changed, 'config.json'), '{"model_type":"gpt2"}')
    ok(await lane.hf(['upload', 'ana/big', changed, '.', '--revision', 'next']))
    ok(await lane.hf(['download', 'ana/big', 'config.json', '--revision', 'next', '--local-dir', join(work, 'next')]))
    ok(await lane.hf(['download', 'ana/big', 'config.json', '--local-dir', join(work, 'main')]))
    expect(await hashFile(join(work, 'next', 'config.json'))).toBe(await hashFile(join(changed, 'config.json')))
    expect(await hashFile(join(work, 'main', 'config.json'))).toBe(await hashFile(join(source, 'config.json')))
  })

  test('downloads gpt2 through an alias', async () => {
    await using admin = await openLane('a', { endpoint: hub.url, token: TOKENS.admin })
    ok(await admin.python('seed_gpt2.py'))
    await using anyone = await openLane('a', { endpoint: hub.url })
    ok(await anyone.hf(['download', 'gpt2', '--local-dir', join(work, 'gpt2')]))
    expect(Object.keys(await hashTree(join(work, 'gpt2')))).toContain('config.json')
    ok(await anyone.hf(['download', 'gpt2', 'config.json']))
  })

  test('works through the Python API: commits with delete and copy, lists, info, deletion', { timeout: 120_000 }, async () => {
    ok(await lane.python('hub_api.py'))
  })
})
