import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RepoKind } from '@hearth/hf-api'
import { isCountedFile } from '../src/domain/counted-files.ts'
import { seedRepo } from './seed.ts'
import { startTestGateway } from './test-gateway.ts'

const ANNOUNCED = { 'x-hf-download-counter': '1' }

type Request = readonly [method: string, path: string, headers?: Readonly<Record<string, string>>]

/** Which of these requests, each of another caller, were counted. */
async function counted(requests: readonly Request[]): Promise<string[]> {
  const { downloads } = await (async () => {
    await using gateway = await startTestGateway({ trustedProxies: ['127.0.0.1'] })
    await seedRepo(gateway)
    await seedRepo(gateway, { name: 'd', type: 'dataset' })
    await seedRepo(gateway, { name: 's', type: 'space' })
    for (const [at, [method, path, headers]] of requests.entries()) await gateway.call(method, path, { headers: { ...headers, 'x-forwarded-for': `10.0.0.${at}` } })
    return gateway.world
  })()
  const keys = downloads.map((line) => line.split(' ')[1])
  return requests.flatMap(([method, path], at) => (keys.includes(keyOf(`10.0.0.${at}`)) ? [`${method} ${path}`] : []))
}

function keyOf(caller: string): string {
  return createHash('sha256').update(`hearth.download\0${caller}`).digest('base64url').slice(0, 22)
}

test('reading a query file, or saying that one downloads, is a download', async () => {
  const yes = [
    ['GET', '/team/m/resolve/main/config.json'], ['HEAD', '/team/m/resolve/main/config.json'], ['GET', '/team/m/resolve/main/empty', ANNOUNCED], ['GET', '/api/models/team/m/revision/main', ANNOUNCED],
    ['GET', '/datasets/team/d/resolve/main/empty'],
  ] as const
  const no = [
    ['GET', '/team/m/resolve/main/empty'], ['GET', '/team/m/resolve/main/nope', ANNOUNCED], ['GET', '/api/models/team/m'], ['GET', '/spaces/team/s/resolve/main/config.json', ANNOUNCED], ['GET', '/team/nope/resolve/main/config.json'],
  ] as const
  expect(await counted([...yes, ...no])).toEqual(yes.map(([method, path]) => `${method} ${path}`))
})

test('a caller is told from another by its token, else by its address; repetitions are sent once', async () => {
  await using gateway = await startTestGateway({ trustedProxies: ['127.0.0.1'] })
  await seedRepo(gateway)
  const read = (token?: string, address = '10.0.0.1') => gateway.call('GET', '/team/m/resolve/main/config.json', { token, headers: { 'x-forwarded-for': `${address}, 127.0.0.1` } })
  for (const [token, address] of [['hf_anaWrite'], ['hf_anaWrite', '10.0.0.2'], ['hf_boWrite'], [], [undefined, '10.0.0.3'], []] as const) await read(token, address)
  await expect.poll(() => gateway.world.downloads.length, { timeout: 5000 }).toBe(4)
  expect(new Set(gateway.world.downloads).size).toBe(4)
})

test.each<[RepoKind, string, boolean]>([
  ['models', 'config.json', true], ['models', 'sub/config.json', false], ['models', 'x/y.gguf', true], ['models', 'model.safetensors', false], ['datasets', 'data/a.parquet', true],
  ['datasets', 'README.md', false], ['spaces', 'config.json', false],
])('%s %s: %s', (kind, path, expected) => {
  expect(isCountedFile(kind, path)).toBe(expected)
})
