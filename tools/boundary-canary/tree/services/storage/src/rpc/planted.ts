// VIOLATES boundaries/dependencies: rpc uses a store
import { refStore } from '../stores/refs.pg.ts'
// VIOLATES boundaries/dependencies: rpc uses http, only for its type
import type { serveBlob } from '../http/serve-blob.ts'
// VIOLATES boundaries/dependencies: rpc uses events
import { publish } from '../events/outbox.ts'

export const planted = [refStore, publish]
export type Planted = typeof serveBlob
