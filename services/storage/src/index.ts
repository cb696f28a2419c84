export { StorageEnv, toStorageConfig, type StorageConfig } from './config.ts'
export type { DataPlane } from './http/data-plane.ts'
export { exportRepos, MIGRATIONS as STORAGE_MIGRATIONS, reindexRepos, startStorage, type StorageDeps, type StorageService } from './service.ts'
