import { spawnSync } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, of some megabytes. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Takes what is left but so many bytes. */
  fill(leaveBytes?: number): Promise<void>
  /** Gives that back. */
  free(): Promise<void>
  /** Makes the disk larger. */
  grow(megabytes: number): void
}

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** undefined where this user may not mount one. */
export async function openSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'hearth-disk-'))
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path])) {
    await rm(path, { recursive: true, force: true })
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill: (leaveBytes = 0) => fill(filler, leaveBytes),
    free: () => rm(filler, { force: true }),
    grow: (size) => {
      if (!run('mount', ['-o', `remount,size=${size}m`, path])) throw new Error('the disk could not be made larger')
    },
    async [Symbol.asyncDispose]() {
      run('umount', ['-l', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}

const CHUNK = Buffer.alloc(256 * 1024)

async function fill(path: string, leaveBytes: number): Promise<void> {
  await using file = await open(path, 'w')
  let written = 0
  try {
    for (;;) written += (await file.write(CHUNK)).bytesWritten
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
  await file.truncate(Math.max(0, written - leaveBytes))
}
