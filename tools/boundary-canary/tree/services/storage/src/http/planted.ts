// VIOLATES boundaries/dependencies: http uses a store
import { keyFor } from '../stores/keys.ts'
// VIOLATES boundaries/dependencies: http uses rpc
import { handlers } from '../rpc/content-handlers.ts'
// VIOLATES boundaries/dependencies: the telemetry of the root is passed in
import { observe } from '../telemetry.ts'

export const planted = [keyFor, handlers, observe]
// VIOLATES no-restricted-globals: a bare request
export const ask = async (url: string): Promise<Response> => fetch(url)
// VIOLATES no-restricted-properties: the same in disguise
export const askAgain = async (url: string): Promise<Response> => globalThis.fetch(url)
