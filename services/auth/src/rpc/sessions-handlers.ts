import type { Session, SessionsServiceService } from '@hearth/proto/auth/v1/sessions'
import type { ServiceHandlers } from '@hearth/rpc'
import type { WebSession } from '../domain/account.ts'
import { logIn, type LogInDeps } from '../domain/log-in.ts'
import { changePassword, deleteOtherSessions, deleteSession, listSessions, logOut, type SessionDeps } from '../domain/manage-sessions.ts'
import { originOf } from './mapper.ts'

export function sessionsHandlers(deps: SessionDeps & LogInDeps): ServiceHandlers<SessionsServiceService> {
  return {
    logIn: async ({ name, password, clientAddress, userAgent }, ctx) => {
      const { value, session, userId, userName } = await logIn(deps, originOf(ctx), { name, password, clientAddress, userAgent }, ctx.signal)
      return { sessionValue: value, session: toSession(session, session.id), userId, userName }
    },
    logOut: async (_request, ctx) => {
      await logOut(deps, originOf(ctx))
      return {}
    },
    listSessions: async (_request, ctx) => {
      const sessions = await listSessions(deps, ctx.actor, ctx.signal)
      const currentId = ctx.actor.kind === 'user' ? ctx.actor.token.id : undefined
      return { sessions: sessions.map((session) => toSession(session, currentId)) }
    },
    deleteSession: async ({ id }, ctx) => {
      await deleteSession(deps, originOf(ctx), id, ctx.signal)
      return {}
    },
    deleteOtherSessions: async (_request, ctx) => {
      await deleteOtherSessions(deps, originOf(ctx))
      return {}
    },
    changePassword: async ({ currentPassword, newPassword, clientAddress }, ctx) => {
      await changePassword(deps, originOf(ctx), { currentPassword, newPassword, clientAddress }, ctx.signal)
      return {}
    },
  }
}

function toSession(session: WebSession, currentId: string | undefined): Session {
  return {
    id: session.id, createTime: new Date(session.createMs), lastSeenTime: new Date(session.lastSeenMs), expireTime: new Date(session.expireMs),
    userAgent: session.userAgent, clientAddress: session.clientAddress, isCurrent: session.id === currentId,
  }
}
