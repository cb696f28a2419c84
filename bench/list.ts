import type { Session } from '../e2e/harness/hub-client.ts'
import type { Hub } from '../e2e/harness/hub.ts'
import { closedLoop, cpuOf, openLoop } from './http-load.ts'
import { loadModels } from './load-catalogue.ts'
import { ceilingVerdict, type Row } from './measure.ts'

const REPOS = 100_000
const REQUESTS = 150
/** Of node and PostgreSQL together, for one page. */
const CPU_FLOOR_MS = 8
const P99_AIM_MS = 50

const QUERIES: readonly (readonly [what: string, path: string])[] = [
  ['list, the default page (100 rows)', '/api/models'], ['list, 1,000 rows', '/api/models?limit=1000'], ['list, 100 rows by downloads', '/api/models?limit=100&sort=downloads'],
  ['list, 100 rows, common tag', '/api/models?limit=100&filter=transformers'], ['list, 100 rows, two tags', '/api/models?limit=100&filter=no&filter=license:mit'], ['list, rare tag (50 rows)', '/api/models?limit=100&filter=tag1234'],
  ['list, 100 rows, task and size', '/api/models?limit=100&pipeline_tag=fill-mask&num_parameters=min:1B,max:10B'], ['list, one namespace', '/api/models?limit=100&author=org12000'],
  ['list, 100 rows with cards', '/api/models?limit=100&cardData=true&config=true'],
  ['search, common word, 100 rows', '/api/models?limit=100&search=bert'], ['search, rare word', '/api/models?limit=100&search=llama-sw-tiny-9'], ['search, two words', '/api/models?limit=100&search=org1 whisper'], ['search, nothing found', '/api/models?limit=100&search=zzzzqq'],
]

/** Lists and searches of 100,000 models. */
export async function benchLists(hub: Hub, session: Session): Promise<Row[]> {
  await loadModels(hub, REPOS)
  const rows: Row[] = []
  const headers = { authorization: `Bearer ${session.token}` }
  for (const [what, path] of QUERIES) {
    const target = { url: session.url, paths: [path.replaceAll(' ', '%20')], headers }
    await closedLoop(target, hub, { count: 20 })
    const load = await closedLoop(target, hub, { count: REQUESTS })
    rows.push({
      what: `${what}, of ${REPOS.toLocaleString('en')}`, hearth: `${load.wallMs.toFixed(1)} ms, ${load.cpuMs.toFixed(2)} ms CPU`, peer: `limit ${CPU_FLOOR_MS} ms CPU`,
      ratio: (CPU_FLOOR_MS / load.cpuMs).toFixed(2), verdict: ceilingVerdict(load.cpuMs, CPU_FLOOR_MS, CPU_FLOOR_MS),
    })
  }
  rows.push(await walk(hub, session))
  const mixed = { url: session.url, paths: QUERIES.filter(([what]) => !what.includes('1,000')).map(([, path]) => path.replaceAll(' ', '%20')), headers }
  const open = await openLoop(mixed, hub, { perSecond: 100, seconds: 10 })
  rows.push({
    what: 'all of these in turn, 100 a second', hearth: `p99 ${open.p99Ms.toFixed(0)} ms, ${open.cpuMs.toFixed(2)} ms CPU`, peer: `aim p99 ${P99_AIM_MS} ms`, ratio: (P99_AIM_MS / open.p99Ms).toFixed(2), verdict: ceilingVerdict(open.p99Ms, Infinity, P99_AIM_MS),
  })
  return rows
}

const WALKED_PAGES = 100

/** Page after page of rows that nobody has asked for before: no cache helps. */
async function walk(hub: Hub, session: Session): Promise<Row> {
  const headers = { authorization: `Bearer ${session.token}` }
  let path: string | undefined = '/api/models?sort=createdAt'
  const [began, cpu] = [performance.now(), await cpuOf(hub)]
  for (let page = 0; page < WALKED_PAGES && path !== undefined; page += 1) {
    const answer: Response = await fetch(`${session.url}${path}`, { headers })
    await answer.arrayBuffer()
    path = /<([^>]*)>/.exec(answer.headers.get('link') ?? '')?.[1]?.slice(session.url.length)
  }
  const cpuMs = ((await cpuOf(hub) - cpu) * 1000) / WALKED_PAGES
  return {
    what: 'list, 100 rows that were not shown before', hearth: `${((performance.now() - began) / WALKED_PAGES).toFixed(1)} ms, ${cpuMs.toFixed(2)} ms CPU`, peer: `limit ${CPU_FLOOR_MS} ms CPU`,
    ratio: (CPU_FLOOR_MS / cpuMs).toFixed(2), verdict: ceilingVerdict(cpuMs, CPU_FLOOR_MS, CPU_FLOOR_MS),
  }
}
