import type { RepoKind } from '@hearth/hf-api'
import { isCountedFile } from '../domain/counted-files.ts'
import type { Call } from './call.ts'
import type { HttpDeps } from './deps.ts'

export interface ReadRepo {
  readonly kind: RepoKind
  readonly repoId: string
  /** undefined: the repo's info, not a file. */
  readonly path: string | undefined
}

/** Counts a download when the file is one that stands for its repo, or when the client says that it downloads. */
export function countDownload({ downloads }: Pick<HttpDeps, 'downloads'>, { kind, repoId, path }: ReadRepo, call: Call): void {
  const isAnnounced = kind !== 'spaces' && call.req.headers['x-hf-download-counter'] !== undefined
  if (isAnnounced || (path !== undefined && isCountedFile(kind, path))) downloads.report(repoId, call.callerId)
}
