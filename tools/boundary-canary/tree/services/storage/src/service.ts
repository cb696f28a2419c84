import { loadConfig } from './config.ts'
import { publish } from './events/outbox.ts'
import { serveBlob } from './http/serve-blob.ts'
import { handlers } from './rpc/content-handlers.ts'
import { refStore } from './stores/refs.pg.ts'
import { observe } from './telemetry.ts'

export const startStorage = (): unknown => [loadConfig(), publish, serveBlob, handlers, observe(refStore)]
