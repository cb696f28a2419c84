import type { IncomingMessage } from 'node:http'
import { HearthError } from '@hearth/errors'
import { parseAuthorization } from '../domain/credential.ts'
import type { Caller, Callers } from '../domain/ports.ts'
import { BAD_CREDENTIALS } from '../domain/public-error.ts'

export interface Authenticator {
  /** Who sends this request. Throws INVALID_CREDENTIALS for a credential that is not valid, wherever it is sent. */
  identify(req: IncomingMessage, signal: AbortSignal): Promise<Caller>
}

/** Reads the Authorization header only; a cookie never counts here. */
export function createAuthenticator(callers: Callers): Authenticator {
  return {
    async identify(req, signal) {
      const credential = parseAuthorization(req.headers.authorization)
      if (credential.kind === 'none') return { kind: 'anonymous' }
      const caller = credential.kind === 'token' ? await callers.identify(credential.token, signal) : undefined
      if (caller === undefined) throw new HearthError('INVALID_CREDENTIALS', BAD_CREDENTIALS)
      return caller
    },
  }
}
