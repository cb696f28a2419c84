// VIOLATES boundaries/dependencies: domain uses a store
import { keyFor } from '../stores/keys.ts'
// VIOLATES boundaries/dependencies: only for its type
import type { refStore } from '../stores/refs.pg.ts'
// VIOLATES boundaries/dependencies: infrastructure by its workspace name
import { db } from '@hearth/db'
// VIOLATES boundaries/dependencies: infrastructure, only for its type
import type { telemetryType } from '@hearth/telemetry'
// VIOLATES boundaries/dependencies no-restricted-imports: the contract, only for its type
import type { GetBlobRequest } from '@hearth/proto/storage/v1/content'
// VIOLATES boundaries/dependencies: another service by its workspace name
import { startAuth } from '@hearth/auth'
// VIOLATES boundaries/dependencies: another service's domain by path, only for its type
import type { Account } from '../../../auth/src/domain/accounts.ts'
// VIOLATES boundaries/dependencies: the composition root
import { startStorage } from '../service.ts'
// VIOLATES boundaries/dependencies: the configuration
import { loadConfig } from '../config.ts'
// VIOLATES boundaries/dependencies: the test kit outside a test
import { testkit } from '@hearth/testkit'

export const planted = [keyFor, db, startAuth, startStorage, loadConfig, testkit]
export type Planted = [typeof refStore, telemetryType, GetBlobRequest, Account]
// VIOLATES boundaries/dependencies: passing on is using
export { serveBlob } from '../http/serve-blob.ts'
// VIOLATES boundaries/dependencies: loading later is using
export const later = async (): Promise<unknown> => import('../rpc/content-handlers.ts')
