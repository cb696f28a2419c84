import { readFile } from 'node:fs/promises'
import { parseBootstrapDocument, type AuthService, type BootstrapAlias } from '@hearth/auth'
import { StartRefused } from '@hearth/db'
import { isHearthError } from '@hearth/errors'
import { RepoType, type RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceClient } from '@hearth/rpc'
import type { Logger } from '@hearth/telemetry'

const MAX_BOOTSTRAP_BYTES = 16 * 1024 * 1024
const TYPES = { model: RepoType.REPO_TYPE_MODEL, dataset: RepoType.REPO_TYPE_DATASET, space: RepoType.REPO_TYPE_SPACE } as const

export interface BootstrapDeps {
  readonly auth: AuthService
  readonly repos: ServiceClient<typeof RepoServiceService>
  readonly log: Logger
}

/** Makes what the bootstrap file names, or without one the first admin. Says what it changed. */
export async function bootstrap(path: string | undefined, deps: BootstrapDeps): Promise<void> {
  if (path === undefined) return makeFirstAdmin(deps)
  try {
    const document = parseBootstrapDocument(await readDocument(path))
    for (const change of await deps.auth.applyBootstrap(document)) deps.log.info({ evt: 'bootstrap.changed', ...change }, 'bootstrap changed something')
    await upsertAliases(document.aliases, deps)
  } catch (error) {
    if (isHearthError(error)) throw new StartRefused(`the bootstrap file ${path} cannot be used: ${error.message}`, { cause: error })
    throw error
  }
}

async function makeFirstAdmin({ auth, log }: BootstrapDeps): Promise<void> {
  const made = await auth.ensureFirstAdmin()
  if (made !== undefined) log.info({ evt: 'first-admin.created', user: made.user, path: made.path }, 'first start: the admin is made; its password and token are in this file')
}

async function readDocument(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new StartRefused(`the bootstrap file ${path} cannot be read: check HEARTH_BOOTSTRAP_FILE`, { cause })
  })
  if (text.length > MAX_BOOTSTRAP_BYTES) throw new StartRefused(`the bootstrap file ${path} is larger than ${MAX_BOOTSTRAP_BYTES} bytes`)
  return text
}

async function upsertAliases(aliases: readonly BootstrapAlias[], { auth, repos, log }: BootstrapDeps): Promise<void> {
  if (aliases.length === 0) return
  const { token } = await auth.issueServiceToken('all-in-one')
  for (const { type, from, to } of aliases) {
    const { changed } = await repos.upsertAlias({ type: TYPES[type], from, to }, { actorToken: token })
    if (changed) log.info({ evt: 'bootstrap.changed', alias: from, to, type }, 'bootstrap changed something')
  }
}
