import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Repo } from '../../src/domain/repo.ts'
import { exportRepo } from '../../src/stores/export-repo.ts'
import type { TestStorage } from './open-storage.ts'

export interface GitRepo extends AsyncDisposable {
  readonly folder: string
  /** Standard output; throws when git fails. */
  git(args: readonly string[], input?: string | Buffer): string
}

const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

function runGit(folder: string, args: readonly string[], input: string | Buffer = ''): string {
  const done = spawnSync('git', ['-C', folder, ...args], { env: ENV, input, maxBuffer: 64 * 1024 * 1024 })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr.toString()}${done.stdout.toString()}`)
  return done.stdout.toString()
}

async function inTempFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-git-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export async function emptyGitRepo(): Promise<GitRepo> {
  const { folder, remove } = await inTempFolder()
  runGit(folder, ['init', '-q', '--bare', '-b', 'main', '.'])
  return { folder, git: (args, input) => runGit(folder, args, input), [Symbol.asyncDispose]: remove }
}

/** The repo as git sees it; `git fsck --strict` has passed. */
export async function exported(storage: TestStorage, repo: Repo): Promise<GitRepo> {
  const { folder: parent, remove } = await inTempFolder()
  const readStored = async (): Promise<Buffer> => { throw new Error('no stored blobs in these tests') }
  const [done] = await exportRepo({ db: storage.db, readStored }, repo.id, parent)
  if (done === undefined) throw new Error('nothing was exported')
  const { folder } = done
  const report = runGit(folder, ['fsck', '--strict', '--full'])
  if (report.includes('error') || report.includes('missing')) throw new Error(report)
  return { folder, git: (args, input) => runGit(folder, args, input), [Symbol.asyncDispose]: remove }
}
