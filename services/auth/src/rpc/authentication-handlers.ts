import { HearthError } from '@hearth/errors'
import type { AuthenticationServiceService, Credential } from '@hearth/proto/auth/v1/authentication'
import type { ServiceHandlers } from '@hearth/rpc'
import { authenticate, type AuthenticateDeps, type PresentedCredential } from '../domain/authenticate.ts'
import type { ServiceSecretStore } from '../domain/ports.ts'
import { issueServiceToken } from '../domain/service-token.ts'
import { toResult } from './mapper.ts'

const MAX_CREDENTIALS = 256

export interface AuthenticationDeps extends AuthenticateDeps {
  readonly secrets: ServiceSecretStore
}

export function authenticationHandlers(deps: AuthenticationDeps): ServiceHandlers<AuthenticationServiceService> {
  return {
    authenticate: async ({ credentials }, ctx) => {
      if (credentials.length === 0 || credentials.length > MAX_CREDENTIALS) throw new HearthError('INVALID_ARGUMENT', `1 to ${MAX_CREDENTIALS} credentials, please`)
      const outcomes = await authenticate(deps, credentials.map(parseCredential), ctx.signal)
      return { results: outcomes.map(toResult) }
    },
    getSigningKeys: () => Promise.resolve({ jwksJson: JSON.stringify(deps.signer.keySet) }),
    issueServiceToken: async (request, ctx) => {
      const { token, expireMs } = await issueServiceToken(deps, request, ctx.signal)
      return { actorToken: token, expireTime: new Date(expireMs) }
    },
  }
}

/** A kind of credential that this version does not know proves nothing: empty, so rejected. */
function parseCredential({ kind }: Credential): PresentedCredential {
  return kind === undefined ? { kind: 'accessToken', value: '' } : { kind: kind.$case, value: kind.value }
}
