import { HearthError } from '@hearth/errors'
import { foldName, type ObjectId } from '@hearth/ids'
import type { WebSession } from './account.ts'
import type { ChangeOrigin } from './audit.ts'
import { reserveTry, returnTry, subjectOf, throttledAddress } from './login-throttle.ts'
import type { AuditLog, Entropy, LoginAttemptStore, NewSession, PasswordOwner, Passwords, SessionStore } from './ports.ts'
import { hashSessionValue, mintSessionValue } from './session-value.ts'

export interface LogInDeps {
  readonly sessions: SessionStore
  readonly attempts: LoginAttemptStore
  readonly passwords: Pick<Passwords, 'verify'>
  readonly audit: Pick<AuditLog, 'append'>
  readonly entropy: Entropy
  readonly sessionLifeMs: number
}

export interface LogInCommand {
  readonly name: string
  readonly password: string
  readonly clientAddress: string | undefined
  readonly userAgent: string | undefined
}

export interface BegunSession {
  /** Told once; only its digest is kept. */
  readonly value: string
  readonly session: WebSession
  readonly userId: ObjectId
  readonly userName: string
}

const MAX_NAME = 96
const MAX_PASSWORD = 1024
const MAX_USER_AGENT = 256

/** Begins a web session. One and the same refusal for an unknown name, a wrong password and a suspended user, after the same work. */
export async function logIn(deps: LogInDeps, origin: ChangeOrigin, command: LogInCommand, signal: AbortSignal): Promise<BegunSession> {
  if (command.name.length > MAX_NAME || command.password.length > MAX_PASSWORD) throw wrongLogin()
  const subjects = await beginTry(deps, command)
  const found = await deps.sessions.findPasswordOwner(foldName(command.name), signal)
  const owner = await proveOwner(deps, command, found)
  if (owner === undefined) {
    await recordFailure(deps, origin, { command, found })
    throw wrongLogin()
  }
  const begun = draftSession(deps, command, owner)
  if (!(await deps.sessions.addSession(begun.stored, owner.passwordHash, origin))) throw wrongLogin()
  await endTry(deps, subjects)
  return { value: begun.value, session: begun.session, userId: owner.userId, userName: owner.userName }
}

export interface ThrottledSubjects {
  readonly account: string
  readonly address: string | undefined
}

/** Counts the try before the password is looked at. Throws QUOTA_EXCEEDED, saying when the next one may come. */
export async function beginTry(deps: Pick<LogInDeps, 'attempts' | 'entropy'>, command: Pick<LogInCommand, 'name' | 'clientAddress'>): Promise<ThrottledSubjects> {
  const address = throttledAddress(command.clientAddress)
  const account = subjectOf('account', foldName(command.name))
  const subjects = { account, address: address === undefined ? undefined : subjectOf('address', address) }
  const all = [account, ...(subjects.address === undefined ? [] : [subjects.address])]
  let waitMs = 0
  await deps.attempts.update(all, (known) => {
    const reservation = reserveTry(known, all, deps.entropy.now())
    waitMs = reservation.waitMs
    return reservation.failures
  })
  if (waitMs > 0) throw new HearthError('QUOTA_EXCEEDED', 'Too many wrong passwords: wait a while before you try again', { retryAfterMs: waitMs })
  return subjects
}

/** The right password clears the account; an address only gets its try back, or one good account would serve to guess at others. */
export async function endTry(deps: Pick<LogInDeps, 'attempts'>, { account, address }: ThrottledSubjects): Promise<void> {
  await deps.attempts.forget([account])
  if (address === undefined) return
  await deps.attempts.update([address], (known) => {
    const failures = returnTry(known, address)
    return failures === undefined ? undefined : new Map([[address, failures]])
  })
}

type ProvenOwner = PasswordOwner & { readonly passwordHash: string }

async function proveOwner(deps: LogInDeps, command: LogInCommand, owner: PasswordOwner | undefined): Promise<ProvenOwner | undefined> {
  const isRight = await deps.passwords.verify(command.password, owner?.passwordHash)
  if (!isRight || owner?.passwordHash === undefined || owner.isSuspended) return undefined
  return { ...owner, passwordHash: owner.passwordHash }
}

interface FailedLogIn {
  readonly command: LogInCommand
  readonly found: PasswordOwner | undefined
}

/** For nobody too, or the time would tell who is there; but without the name: people type passwords into the wrong field. */
async function recordFailure(deps: LogInDeps, origin: ChangeOrigin, { command, found }: FailedLogIn): Promise<void> {
  const address = throttledAddress(command.clientAddress)
  const target = { kind: 'user' as const, id: found?.userId ?? '', name: found?.userName ?? '' }
  await deps.audit.append({ action: 'login.fail', target, details: address === undefined ? {} : { address } }, origin)
}

function draftSession(deps: LogInDeps, command: LogInCommand, owner: PasswordOwner): { readonly value: string; readonly session: WebSession; readonly stored: NewSession } {
  const createMs = deps.entropy.now()
  const value = mintSessionValue((count) => deps.entropy.randomBytes(count))
  const facts = {
    id: deps.entropy.newId(), createMs, expireMs: createMs + deps.sessionLifeMs,
    userAgent: command.userAgent?.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_USER_AGENT), clientAddress: throttledAddress(command.clientAddress),
  }
  return { value, session: { ...facts, lastSeenMs: createMs }, stored: { ...facts, userId: owner.userId, userName: owner.userName, sha256: hashSessionValue(value) } }
}

export function wrongLogin(): HearthError {
  return new HearthError('UNAUTHENTICATED', 'Wrong user name or password')
}
