// Runs every measurement against one hub on the loopback and writes RESULTS.md. Takes about eight minutes.
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

const machine = machineLine()
const work = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
const rows: Row[] = await benchIdle()
{
  await using hub = await startHub({ bootstrap: BOOTSTRAP })
  const session = { url: hub.url, token: TOKENS.ana }
  rows.push(...await benchCommits(hub, session, work), ...await benchLargeGet(hub, session, work), ...await benchUpload(hub, session, work))
  rows.push(...await benchMetadata(hub, session, work), ...await benchTree(hub, session, work), ...await benchLists(hub, session))
}
await rm(work, { recursive: true, force: true })
const table = asTable(rows)
console.info(`${machine}\n\n${table}`)
await writeFile(join(import.meta.dirname, 'RESULTS.md'), `# Measured\n\nBy \`npm run bench\`. ${machine} at the start, ${machineLine()} at the end. Medians; both sides in the same run, taking turns.\n\n${table}\n`)
