import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { killUnderLoad } from '../harness/kill-under-load.ts'

const KILLS = Number(process.env['HEARTH_E2E_KILLS'] ?? 200)

let dir: string
beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'hearth-crash-')) })
afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

test(`${KILLS} times SIGKILL under uploads and commits: nothing acknowledged is lost`, async () => {
  await killUnderLoad(dir, KILLS)
})
