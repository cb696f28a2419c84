import { HearthError } from '@hearth/errors'
import type { ObjectId } from '@hearth/ids'
import type { RepoStore } from './repo-store-port.ts'

const REMEMBER_MS = 5_000
const MAX_REMEMBERED = 50_000

/** Current epochs of repos, remembered for at most 5 s: what a signed path must carry to be honoured. */
export interface RepoEpochs {
  /** Throws REPO_NOT_FOUND for a repo that is gone, LINK_EXPIRED when access changed since the path was signed. */
  assertCurrent(repoId: ObjectId, epoch: number): Promise<void>
  /** At once, when this process changed the repo itself. */
  forget(repoId: ObjectId): void
}

interface Remembered {
  readonly epoch: number | undefined
  readonly untilMs: number
}

export function createRepoEpochs(repos: Pick<RepoStore, 'findRepoById'>, nowMs: () => number): RepoEpochs {
  const known = new Map<ObjectId, Remembered>()
  const asking = new Map<ObjectId, Promise<number | undefined>>()
  const ask = async (repoId: ObjectId): Promise<number | undefined> => {
    // The time before the question: what is told later may be that old already.
    const untilMs = nowMs() + REMEMBER_MS
    const answer = repos.findRepoById(repoId).then((repo) => repo?.epoch)
    asking.set(repoId, answer)
    try {
      const epoch = await answer
      if (known.size >= MAX_REMEMBERED) known.clear()
      // Forgotten meanwhile: the answer may be from before the change.
      if (asking.get(repoId) === answer) known.set(repoId, { epoch, untilMs })
      return epoch
    } finally {
      if (asking.get(repoId) === answer) asking.delete(repoId)
    }
  }
  const current = (repoId: ObjectId): Promise<number | undefined> => {
    const hit = known.get(repoId)
    if (hit !== undefined && hit.untilMs > nowMs()) return Promise.resolve(hit.epoch)
    return asking.get(repoId) ?? ask(repoId)
  }
  return {
    async assertCurrent(repoId, epoch) {
      const now = await current(repoId)
      if (now === undefined) throw new HearthError('REPO_NOT_FOUND', 'the repository is gone')
      if (now !== epoch) throw new HearthError('LINK_EXPIRED', 'access to this repository changed: ask the hub for a new link')
    },
    forget(repoId) {
      known.delete(repoId)
      asking.delete(repoId)
    },
  }
}
