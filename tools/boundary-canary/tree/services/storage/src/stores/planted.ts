// VIOLATES boundaries/dependencies: a store uses rpc
import { handlers } from '../rpc/content-handlers.ts'
// VIOLATES boundaries/dependencies: a store uses the gateway by its workspace name
import { startGateway } from '@hearth/gateway'

export const planted = [handlers, startGateway]
// VIOLATES node/no-process-env: configuration is passed in
export const port = process.env['HEARTH_STORAGE_PORT']
