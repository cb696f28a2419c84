import type { AccessToken, BodyOf, FineGrained, Routes } from '@hearth/hf-api'
import { HearthError } from '@hearth/errors'
import { ScopeKind, type AccessTokenInfo, type TokenScope, type TokenScopes } from '@hearth/proto/auth/v1/accounts'
import type { NewToken } from '@hearth/proto/auth/v1/tokens'
import { required } from './required.ts'
import { toTokenRole, tokenRoleName } from './account-roles.ts'
import type { ScopeNames } from '../scope-names.ts'

type NewTokenBody = BodyOf<Routes['createToken']>
export type AskedScope = NonNullable<NonNullable<NonNullable<NewTokenBody['fineGrained']>['scoped']>[number]>

export function toAccessToken(token: AccessTokenInfo, names: ScopeNames): AccessToken {
  return {
    _id: token.id, displayName: token.displayName, role: tokenRoleName(token.role), createdAt: required(token.createTime, 'the time of a token').toISOString(),
    ...(token.expireTime === undefined ? {} : { expiresAt: token.expireTime.toISOString() }),
    ...(token.lastUsedTime === undefined ? {} : { lastUsedAt: token.lastUsedTime.toISOString() }),
    ...(token.scopes === undefined ? {} : { fineGrained: toFineGrained(token.scopes, names) }),
  }
}

/** What is gone, or hidden from the account by now, is left out: the scope on it gives nothing. */
export function toFineGrained({ canReadGatedRepos, global, scoped }: TokenScopes, names: ScopeNames): FineGrained {
  const rows = scoped.flatMap(({ id, permissions }) => {
    const entity = names.get(id)
    return entity === undefined ? [] : [{ entity, permissions }]
  })
  return { canReadGatedRepos, global, scoped: rows }
}

/** `findId` tells the id of what a scope names. Throws INVALID_ARGUMENT for a time that is none. */
export async function toNewToken(body: NewTokenBody, findId: (scope: AskedScope) => Promise<string>): Promise<NewToken> {
  const { fineGrained } = body
  const scoped = await Promise.all((fineGrained?.scoped ?? []).map(async (scope): Promise<TokenScope> =>
    ({ kind: kindOf(scope), id: await findId(scope), permissions: scope.permissions })))
  return {
    displayName: body.displayName, role: toTokenRole(body.role), expireTime: toTime(body.expiresAt),
    scopes: fineGrained === undefined || fineGrained === null ? undefined
      : { canReadGatedRepos: fineGrained.canReadGatedRepos ?? false, global: fineGrained.global ?? [], scoped },
  }
}

function kindOf({ entity }: AskedScope): ScopeKind {
  return entity.type === 'user' || entity.type === 'org' ? ScopeKind.SCOPE_KIND_NAMESPACE : ScopeKind.SCOPE_KIND_REPO
}

function toTime(text: string | null | undefined): Date | undefined {
  if (text === undefined || text === null) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new HearthError('INVALID_ARGUMENT', 'expiresAt is no time')
  return time
}
