import { join } from 'node:path'
import { wholeNumber, type CommonConfig } from '@hearth/config'
import { z } from 'zod'
import { CRASH_POINTS, type CrashPoint } from './crash-point.ts'

/** Storage's own keys; a program's schema merges them with libs/config's CommonEnv. */
export const StorageEnv = z.object({
  HEARTH_STORAGE_FS_ROOT: z.string().min(1).optional(),
  HEARTH_STORAGE_KEY_FILE: z.string().min(1).optional(),
  HEARTH_STORAGE_DOWNLOAD_BUFFERS: wholeNumber(8, 8192).default(256),
  HEARTH_STORAGE_TREE_CACHE_ENTRIES: wholeNumber(1000, 50_000_000).default(500_000),
  HEARTH_STORAGE_CRASH_POINT: z.enum(CRASH_POINTS).optional(),
})

export interface StorageConfig {
  /** Root of the object tree (stores/keys.ts). */
  readonly blobs: { readonly kind: 'fs'; readonly root: string }
  /** Where the embedded database is; absent for one that runs elsewhere. */
  readonly databaseFolder?: string | undefined
  /** Keys of signed paths; made at the first start. */
  readonly keyFile: string
  /** 256 KiB each, shared by all downloads. */
  readonly downloadBuffers: number
  /** Entries of parsed trees kept in memory. */
  readonly treeCacheEntries: number
  /** Where a crash test lets the process die. */
  readonly crashPoint: CrashPoint | undefined
}

export function toStorageConfig(env: z.output<typeof StorageEnv>, common: Pick<CommonConfig, 'dataDir' | 'databaseUrl'>): StorageConfig {
  return Object.freeze({
    blobs: { kind: 'fs' as const, root: env.HEARTH_STORAGE_FS_ROOT ?? join(common.dataDir, 'storage') },
    databaseFolder: common.databaseUrl === undefined ? join(common.dataDir, 'postgres') : undefined,
    keyFile: env.HEARTH_STORAGE_KEY_FILE ?? join(common.dataDir, 'signed-path-keys'),
    downloadBuffers: env.HEARTH_STORAGE_DOWNLOAD_BUFFERS,
    treeCacheEntries: env.HEARTH_STORAGE_TREE_CACHE_ENTRIES,
    crashPoint: env.HEARTH_STORAGE_CRASH_POINT,
  })
}
