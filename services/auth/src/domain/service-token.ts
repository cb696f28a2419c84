import { createHash, timingSafeEqual } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import type { Sha256 } from '@hearth/ids'
import type { ActorSigner, ServiceSecretStore } from './ports.ts'

/** Shorter ones could be guessed; the digest is not slow. */
export const MIN_SECRET_LENGTH = 32

export function hashServiceSecret(secret: string): Sha256 {
  return createHash('sha256').update(secret).digest('hex') as Sha256
}

/** An actor token of kind `service`. Throws UNAUTHENTICATED, the same for an unknown service and a wrong secret. */
export async function issueServiceToken(
  deps: { readonly secrets: ServiceSecretStore; readonly signer: ActorSigner },
  proof: { readonly service: string; readonly secret: string }, signal?: AbortSignal,
): Promise<{ readonly token: string; readonly expireMs: number }> {
  const given = Buffer.from(hashServiceSecret(proof.secret))
  const known = await deps.secrets.findServiceSecrets(proof.service, signal)
  const isProven = known.some((digest) => timingSafeEqual(Buffer.from(digest), given))
  if (!isProven) throw new HearthError('UNAUTHENTICATED', 'the service or its secret is not known')
  return deps.signer.sign({ kind: 'service', name: proof.service })
}
