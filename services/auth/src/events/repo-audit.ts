import type { DurableConsumer, HearthEvent } from '@hearth/events'
import type { AuditAct, AuditActor } from '../domain/audit.ts'
import type { AuditLog } from '../domain/ports.ts'

/** Never renamed: it is the consumer's memory. */
const NAME = 'auth-audit-repos'

/** Keeps in the audit log what storage tells about repos and who may read them: made, shown, hidden, gated, moved, deleted, let in. */
export function repoAuditConsumer(audit: AuditLog): DurableConsumer {
  return {
    name: NAME,
    subjects: ['hearth.storage.v1.repo.*', 'hearth.storage.v1.access.*'],
    handle: async (event) => {
      const act = toAct(event)
      const { actor, requestId } = originOf(event)
      if (act !== undefined) await audit.appendOnce({ consumer: NAME, eventId: event.id, act, actor, requestId, timeMs: event.time.getTime() })
    },
  }
}

/** Facts of a payload worth keeping; names of people who asked for access among them, their answers to a form not. */
const FACTS = ['visibility', 'gated', 'fromNamespace', 'fromName', 'sourceRepoId', 'userName', 'userId', 'status'] as const

function toAct({ subject, payload }: HearthEvent): AuditAct | undefined {
  const repoId = textOf(payload, 'repoId')
  if (repoId === undefined) return undefined
  const [noun, verb] = subject.split('.').slice(-2)
  const name = `${textOf(payload, 'namespace') ?? ''}/${textOf(payload, 'name') ?? ''}`
  const facts = FACTS.flatMap((key) => {
    const value = textOf(payload, key)
    return value === undefined ? [] : [[key, value] as const]
  })
  const type = textOf(payload, 'repoType')
  return { action: `${noun}.${verb}`, target: { kind: 'repo', id: repoId, name }, details: { ...(type === undefined ? {} : { type }), ...Object.fromEntries(facts) } }
}

/** Storage adds who asked, as its log lines name it, and by which request. */
function originOf({ payload }: HearthEvent): { readonly actor: AuditActor; readonly requestId: string } {
  const by = isRecord(payload) ? payload['by'] : undefined
  return { actor: actorOf(textOf(by, 'actor')), requestId: textOf(by, 'requestId') ?? '' }
}

const SERVICE = 'service:'

function actorOf(label = `${SERVICE}storage`): AuditActor {
  const nobody = { id: undefined, credentialId: undefined }
  if (label === 'anonymous') return { ...nobody, kind: 'anonymous', name: undefined }
  return label.startsWith(SERVICE) ? { ...nobody, kind: 'service', name: label.slice(SERVICE.length) } : { ...nobody, kind: 'user', name: label }
}

function textOf(value: unknown, key: string): string | undefined {
  const found = isRecord(value) ? value[key] : undefined
  return typeof found === 'string' && found.length <= 300 ? found : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
