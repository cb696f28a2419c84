// Runs the measurements against hubs on the loopback: `run.ts [bytes] [catalogue]`, both without a name. Each part writes its own
// table, RESULTS.md or RESULTS-catalogue.md. About three minutes each.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOTSTRAP, TOKENS } from '../e2e/harness/accounts.ts'
import { startHub } from '../e2e/harness/hub.ts'
import { benchCommits } from './commit.ts'
import { benchLargeGet } from './get-large.ts'
import { benchIdle } from './idle.ts'
import { benchLists } from './list.ts'
import { benchMetadata } from './metadata.ts'
import { asTable, machineLine, type Row } from './measure.ts'
import { benchTree } from './tree.ts'
import { benchUpload } from './upload.ts'

const work = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
const wanted = process.argv.slice(2)

async function measure(part: string, file: string, rowsOf: () => Promise<Row[]>): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(part)) return
  const before = machineLine()
  const table = asTable(await rowsOf())
  console.info(`${before}\n\n${table}`)
  await writeFile(join(import.meta.dirname, file), `# Measured: ${part}\n\nBy \`npm run bench\`. ${before} at the start, ${machineLine()} at the end. Medians; both sides in the same run, taking turns.\n\n${table}\n`)
}

await measure('bytes', 'RESULTS.md', async () => {
  const idle = await benchIdle()
  await using hub = await startHub({ bootstrap: BOOTSTRAP })
  const session = { url: hub.url, token: TOKENS.ana }
  return [...idle, ...await benchCommits(hub, session, work), ...await benchLargeGet(hub, session, work), ...await benchUpload(hub, session, work)]
})
await measure('catalogue', 'RESULTS-catalogue.md', async () => {
  await using hub = await startHub({ bootstrap: BOOTSTRAP })
  const session = { url: hub.url, token: TOKENS.ana }
  return [...await benchMetadata(hub, session, work), ...await benchTree(hub, session, work), ...await benchLists(hub, session)]
})
await rm(work, { recursive: true, force: true })
