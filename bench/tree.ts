import { commitFiles, createRepo, type Session } from '../e2e/harness/hub-client.ts'
import type { Hub } from '../e2e/harness/hub.ts'
import { closedLoop, type Target } from './http-load.ts'
import { ceilingVerdict, type Row } from './measure.ts'
import { startHfd } from './peers.ts'

const FOLDERS = 100
const FILES_PER_FOLDER = 1000
const FILES_PER_COMMIT = 5000
const REPO = 'ana/bench-tree'
const REQUESTS = 150
const CPU_FLOOR_MS = 8

/** A page of 1,000 entries of a repo with 100,000 files, from its middle and its beginning, beside the rival hub where there is one. */
export async function benchTree(hub: Hub, session: Session, work: string): Promise<Row[]> {
  await fill(session)
  const hfd = await startHfd(`${work}/hfd-tree`)
  try {
    if (hfd !== undefined) await fill({ url: hfd.url })
    const headers = { authorization: `Bearer ${session.token}` }
    const pages: readonly (readonly [string, string])[] = [
      ['first page, recursive', `/api/models/${REPO}/tree/main?recursive=true`], ['page from the middle, recursive', await middlePage(session)], ['a folder of 1,000', `/api/models/${REPO}/tree/main/d050`],
    ]
    const rows: Row[] = []
    for (const [what, path] of pages) {
      const ours = await closedLoop({ url: session.url, paths: [path], headers }, hub, { count: REQUESTS })
      const theirs = hfd === undefined || path.includes('cursor') ? undefined : await closedLoop({ url: hfd.url, paths: [path] } satisfies Target, hfd, { count: 20 })
      const beside = theirs === undefined ? '' : `; hfd ${theirs.wallMs.toFixed(1)} ms, ${theirs.cpuMs.toFixed(2)} ms CPU`
      rows.push({
        what: `tree of 100,000 files, ${what}`, hearth: `${ours.wallMs.toFixed(1)} ms, ${ours.cpuMs.toFixed(2)} ms CPU`, peer: `limit ${CPU_FLOOR_MS} ms CPU${beside}`,
        ratio: (CPU_FLOOR_MS / ours.cpuMs).toFixed(2), verdict: ceilingVerdict(ours.cpuMs, CPU_FLOOR_MS, CPU_FLOOR_MS),
      })
    }
    return rows
  } finally {
    hfd?.stop()
  }
}

async function fill(session: Session): Promise<void> {
  await createRepo(session, REPO)
  for (let first = 0; first < FOLDERS * FILES_PER_FOLDER; first += FILES_PER_COMMIT) {
    await commitFiles(session, REPO, Array.from({ length: FILES_PER_COMMIT }, (_, at) => ({ path: pathOf(first + at), content: Buffer.from(`${first + at}\n`) })))
  }
}

function pathOf(at: number): string {
  return `d${String(Math.floor(at / FILES_PER_FOLDER)).padStart(3, '0')}/part-${String(at).padStart(6, '0')}.txt`
}

/** Where the fiftieth `next` leads. */
async function middlePage(session: Session): Promise<string> {
  let path = `/api/models/${REPO}/tree/main?recursive=true`
  for (let page = 0; page < 50; page += 1) {
    const answer = await fetch(`${session.url}${path}`, { headers: { authorization: `Bearer ${session.token}` } })
    const next = /<([^>]*)>/.exec(answer.headers.get('link') ?? '')?.[1]
    if (next === undefined) throw new Error('the tree ended early')
    await answer.arrayBuffer()
    path = next.slice(session.url.length)
  }
  return path
}
