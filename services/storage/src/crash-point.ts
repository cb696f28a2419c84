import type { GitBlobStore } from './domain/git-blob-port.ts'
import type { GitStore } from './domain/git-store-port.ts'
import type { LfsStore } from './domain/lfs-store-port.ts'
import type { StorageObserver } from './domain/ports.ts'
import type { EventWriter } from './stores/event-writer.ts'

/**
 * Every named place where a process may die; docs/reliability.md says what has to be true afterwards, and the crash tests
 * make it die there. `before-commit.*`: the event is written as the last step of the transaction, which is still open.
 */
export const CRASH_POINTS = [
  'object.after-blob-before-row', 'before-commit.object.stored', 'object.after-row-before-answer',
  'upload.after-part-before-row', 'upload.after-publish-before-row', 'upload.after-row-before-drop',
  'staging.after-bytes-before-rows', 'staging.after-rows-before-answer',
  'commit.after-objects-before-ref', 'before-commit.ref.moved', 'commit.after-transaction-before-answer',
  'before-commit.repo.created', 'before-commit.repo.updated', 'before-commit.repo.moved', 'before-commit.repo.deleted',
  'repo.after-created-before-answer', 'repo.after-updated-before-answer', 'repo.after-moved-before-answer', 'repo.after-deleted-before-answer',
] as const satisfies readonly string[]
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** Puts the named places around ports; without a wanted one everything is handed back as it came. Only crash tests want one. */
export interface CrashPoints {
  hit(name: CrashPoint): void
  events(write: EventWriter): EventWriter
  git(store: GitStore): GitStore
  blobs(store: GitBlobStore): GitBlobStore
  lfs(store: LfsStore): LfsStore
  observer(observe: StorageObserver): StorageObserver
}

const EVENT_PREFIX = 'hearth.storage.v1.'

/** Kills this process without any clean-up when it comes to the wanted point. */
export function createCrashPoints(wanted: CrashPoint | undefined): CrashPoints {
  if (wanted === undefined) return { hit: () => undefined, events: (write) => write, git: (store) => store, blobs: (store) => store, lfs: (store) => store, observer: (observe) => observe }
  const hit = (name: string): void => {
    if (name === wanted) process.kill(process.pid, 'SIGKILL')
  }
  return {
    hit,
    events: (write) => async (tx, event) => {
      await write(tx, event)
      hit(`before-commit.${event.type.slice(EVENT_PREFIX.length)}`)
    },
    git: (store) => ({
      ...store,
      transact: (repoId, work, signal) => store.transact(repoId, (tx) => work({
        ...tx,
        async addCommit(commit) {
          await tx.addCommit(commit)
          hit('commit.after-objects-before-ref')
        },
      }), signal),
    }),
    blobs: (store) => ({
      ...store,
      async addBlobs(repoId, blobs) {
        hit('staging.after-bytes-before-rows')
        await store.addBlobs(repoId, blobs)
        hit('staging.after-rows-before-answer')
      },
    }),
    lfs: (store) => ({
      ...store,
      async recordObject(repoId, object) {
        await store.recordObject(repoId, object)
        hit('object.after-row-before-answer')
      },
      dropUpload(id, ifBefore) {
        hit('upload.after-row-before-drop')
        return store.dropUpload(id, ifBefore)
      },
    }),
    observer: (observe) => ({
      ...observe,
      commitCreated(event) {
        hit('commit.after-transaction-before-answer')
        observe.commitCreated(event)
      },
      repoChanged(event) {
        hit(`repo.after-${event.change}-before-answer`)
        observe.repoChanged(event)
      },
    }),
  }
}
