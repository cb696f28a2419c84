import { reindexRepos } from '@hearth/storage'
import type { Logger } from '@hearth/telemetry'
import type { HubConfig } from './config.ts'
import { openDatabases } from './databases.ts'

/** `reindex`: derives anew what every repo's card, configuration and file names say. The hub must not be running. */
export async function runReindex(config: HubConfig, log: Logger): Promise<void> {
  await using databases = await openDatabases(config.common, log.named('db'))
  const count = await reindexRepos(config.storage, { db: databases.storage, log: log.named('storage') })
  process.stdout.write(`${count} repositories\n`)
}
