import { StartRefused } from '@hearth/db'
import { exportRepos } from '@hearth/storage'
import type { Logger } from '@hearth/telemetry'
import type { HubConfig } from './config.ts'
import { openDatabases } from './databases.ts'

/** `export FOLDER`: every repo as a bare git repository `<repo id>.git`. The hub must not be running. */
export async function runExport(config: HubConfig, log: Logger, folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new StartRefused('export needs a folder to write to: export FOLDER')
  await using databases = await openDatabases(config.common, log.named('db'))
  const exported = await exportRepos(config.storage, { db: databases.storage }, folder)
  for (const repo of exported) process.stdout.write(`${repo.folder}\t${repo.label}\t${repo.refCount} refs\t${repo.objectCount} objects\n`)
}
