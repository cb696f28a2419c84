import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SILENT_LOGGER } from '@hearth/telemetry'
import { loadHubConfig } from '../src/config.ts'
import { startHub, type Hub } from '../src/hub.ts'

export type TestHub = Hub

/** A whole hub in this process, on a free port and an empty folder that goes with it. */
export async function startTestHub(bootstrap: unknown, env: Readonly<Record<string, string>> = {}): Promise<TestHub> {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-hub-'))
  const file = join(dir, 'bootstrap.json')
  await writeFile(file, JSON.stringify(bootstrap))
  const { config } = loadHubConfig({ HEARTH_PORT: '0', HEARTH_DATA_DIR: join(dir, 'data'), HEARTH_BOOTSTRAP_FILE: file, ...env })
  const hub = await startHub(config, SILENT_LOGGER)
  return {
    url: hub.url,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
