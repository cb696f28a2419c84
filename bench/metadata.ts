import { mkdir, writeFile, chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { commitFiles, createRepo, type Session } from '../e2e/harness/hub-client.ts'
import type { Hub } from '../e2e/harness/hub.ts'
import { closedLoop, openLoop, type Load, type Target } from './http-load.ts'
import { ceilingVerdict, type Row } from './measure.ts'
import { startHfd, startNginx } from './peers.ts'

const REPO = 'ana/bench-model'
const CONFIG = Buffer.from('{"model_type":"bert","architectures":["BertForMaskedLM"],"vocab_size":30522}')
const REQUESTS = 600
const PER_SECOND = 100
const SECONDS = 10
const P99_AIM_MS = 50

interface Server extends Pick<Hub, 'url' | 'pid'> {
  readonly name: string
}

/** What every download begins with: one after another, then 100 a second whatever comes back. Beside nginx with a file of these bytes, and the rival hub. */
export async function benchMetadata(hub: Hub, session: Session, work: string): Promise<Row[]> {
  await fill(session)
  const dir = join(work, 'nginx-metadata')
  await mkdir(dir, { recursive: true })
  await chmod(work, 0o755)
  await writeFile(join(dir, 'config.json'), CONFIG)
  const nginx = await startNginx(dir)
  const hfd = await startHfd(join(work, 'hfd-metadata'))
  try {
    if (hfd !== undefined) await fill({ url: hfd.url })
    const peers: readonly Server[] = hfd === undefined ? [nginx] : [nginx, hfd]
    const ours: Server = { name: 'Hearth', url: session.url, pid: hub.pid }
    const headers = { authorization: `Bearer ${session.token}` }
    const rows: Row[] = []
    for (const [what, method, path] of [['HEAD resolve', 'HEAD', `/${REPO}/resolve/main/config.json`], ['GET resolve, small file', 'GET', `/${REPO}/resolve/main/config.json`], ['model info', 'GET', `/api/models/${REPO}`]] as const) {
      const targetOf = (server: Server): Target => ({ url: server.url, method, paths: [server === nginx ? '/config.json' : path], headers })
      rows.push(await compare(what, { ours, peers, targetOf }))
    }
    return rows
  } finally {
    nginx.stop()
    hfd?.stop()
  }
}

interface Comparison {
  readonly ours: Server
  readonly peers: readonly Server[]
  readonly targetOf: (server: Server) => Target
}

async function compare(what: string, { ours, peers, targetOf }: Comparison): Promise<Row> {
  const show = (closed: Load, open: Load): string => `${closed.wallMs.toFixed(2)} ms, ${closed.cpuMs.toFixed(2)} ms CPU; p99 ${open.p99Ms.toFixed(1)} ms at ${PER_SECOND}/s`
  const closed = await closedLoop(targetOf(ours), ours, { count: REQUESTS })
  const open = await openLoop(targetOf(ours), ours, { perSecond: PER_SECOND, seconds: SECONDS })
  const beside: string[] = []
  let first: Load | undefined
  for (const peer of peers) {
    const alone = await closedLoop(targetOf(peer), peer, { count: REQUESTS })
    first ??= alone
    beside.push(`${peer.name} ${show(alone, await openLoop(targetOf(peer), peer, { perSecond: PER_SECOND, seconds: SECONDS / 2 }))}`)
  }
  return { what, hearth: show(closed, open), peer: `aim p99 ${P99_AIM_MS} ms; ${beside.join('; ')}`, ratio: ((first?.wallMs ?? 0) / closed.wallMs).toFixed(2), verdict: ceilingVerdict(open.p99Ms, Infinity, P99_AIM_MS) }
}

async function fill(session: Session): Promise<void> {
  await createRepo(session, REPO)
  const small = Array.from({ length: 20 }, (_, at) => ({ path: `part-${at}.json`, content: Buffer.from('{}') }))
  await commitFiles(session, REPO, [{ path: 'README.md', content: Buffer.from('---\nlicense: mit\nlanguage: en\n---\n# A model\n') }, { path: 'config.json', content: CONFIG }, ...small])
}
