import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashTree, writeSafetensors, writeSmallFiles } from '../harness/files.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type Finished, type Lane, type LaneName } from '../harness/python.ts'

/** The same commands as each version spells them; those that a version does not have are left out. */
interface Spelling {
  readonly login: readonly string[]
  readonly whoami: readonly string[]
  readonly logout: readonly string[]
  readonly create: (id: string) => readonly string[]
  readonly tag: (id: string, ...rest: string[]) => readonly string[]
  readonly deleteFiles: (id: string, pattern: string) => readonly string[]
  readonly settings?: (id: string) => readonly string[]
  readonly branch?: (id: string, name: string) => readonly string[]
  readonly remove?: (id: string) => readonly string[]
}

const NEW: Spelling = {
  login: ['hf', 'auth', 'login', '--token', TOKENS.ana], whoami: ['hf', 'auth', 'whoami'], logout: ['hf', 'auth', 'logout'],
  create: (id) => ['hf', 'repos', 'create', id, '--type', 'dataset', '--private'], tag: (id, ...rest) => ['hf', 'repos', 'tag', ...rest.slice(0, 1), id, ...rest.slice(1), '--type', 'dataset'],
  deleteFiles: (id, pattern) => ['hf', 'repos', 'delete-files', id, pattern, '--type', 'dataset'], settings: (id) => ['hf', 'repos', 'settings', id, '--type', 'dataset', '--public'],
  branch: (id, name) => ['hf', 'repos', 'branch', 'create', id, name, '--type', 'dataset'], remove: (id) => ['hf', 'repos', 'delete', id, '--type', 'dataset', '-y'],
}
const OLDEST: Spelling = {
  login: ['huggingface-cli', 'login', '--token', TOKENS.ana], whoami: ['huggingface-cli', 'whoami'], logout: ['huggingface-cli', 'logout'],
  create: (id) => ['huggingface-cli', 'repo', 'create', id, '--repo-type', 'dataset', '--private'],
  tag: (id, action = '', ...rest) => (action === 'list' ? ['huggingface-cli', 'tag', id, '-l', '--repo-type', 'dataset'] : ['huggingface-cli', 'tag', id, ...rest, '--repo-type', 'dataset']),
  deleteFiles: (id, pattern) => ['huggingface-cli', 'repo-files', id, 'delete', pattern, '--repo-type', 'dataset'],
}
const SPELLINGS = [['a', NEW], ['b', NEW], ['c', OLDEST]] as const satisfies (readonly [LaneName, Spelling])[]

let hub: Hub
let work: string
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  work = await mkdtemp(join(tmpdir(), 'hearth-commands-'))
  await writeSmallFiles(join(work, 'source'), 12)
  await writeSafetensors(join(work, 'source', 'model.safetensors'), 1_000_000)
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

const does = (lane: Lane, [program = '', ...args]: readonly string[]): Promise<Finished> => lane.exec(program, args)

describe('the commands of each version', () => {
  test.for(SPELLINGS)('lane %s', { timeout: 120_000 }, async ([name, words], { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url })
    expectOk(await does(lane, words.login))
    expect(expectOk(await does(lane, words.whoami)).stdout).toContain('ana')
    const id = `ana/commands-${name}`
    const program = words.login[0] ?? 'hf'
    expectOk(await does(lane, words.create(id)))
    expectOk(await lane.exec(program, ['upload', id, join(work, 'source'), 'data', '--repo-type', 'dataset', '--commit-message', 'by hand']))
    expectOk(await does(lane, words.tag(id, 'create', 'v1')))
    expect(expectOk(await does(lane, words.tag(id, 'list'))).stdout).toContain('v1')
    expectOk(await does(lane, words.deleteFiles(id, 'data/part-00/*')))
    const target = join(work, `target-${name}`)
    expectOk(await lane.exec(program, ['download', id, '--repo-type', 'dataset', '--revision', 'v1', '--local-dir', target]))
    const { ['.gitattributes']: _attributes, ...files } = await hashTree(target)
    expect(files).toEqual(Object.fromEntries(Object.entries(await hashTree(join(work, 'source'))).map(([path, sum]) => [`data/${path}`, sum])))
    expectOk(await lane.exec(program, ['download', id, 'data/model.safetensors', '--repo-type', 'dataset']))
    expect((await lane.exec(program, ['download', id, 'data/part-00/file-00000.txt', '--repo-type', 'dataset'])).code).not.toBe(0)
    if (words.branch !== undefined) expectOk(await does(lane, words.branch(id, 'feature/x')))
    if (words.settings !== undefined) {
      expectOk(await does(lane, words.settings(id)))
      expect((await fetch(`${hub.url}/api/datasets/${id}`)).status).toBe(200)
    }
    if (words.remove !== undefined) expectOk(await does(lane, words.remove(id)))
    expectOk(await does(lane, words.logout))
    expect((await lane.exec(program, ['download', 'ana/commands-private-or-missing'])).code).not.toBe(0)
  })

  test.for(['b', 'c'] as const satisfies LaneName[])('lane %s moves, squashes, lists and deletes large files', { timeout: 120_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using fresh = await startHub({ bootstrap: BOOTSTRAP })
    await using lane = await openLane(name, { endpoint: fresh.url, token: TOKENS.ana })
    expectOk(await lane.python('repo_operations.py'))
  })
})
