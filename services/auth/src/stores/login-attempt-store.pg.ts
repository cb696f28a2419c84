import type { Db } from '@hearth/db'
import type { LoginAttemptStore } from '../domain/ports.ts'

interface AttemptRow {
  readonly subject: string
  readonly failures: number
  readonly last_time: Date
  readonly next_time: Date
}

/** Also for a subject without a row; in one order, so that two tries never wait for each other in a ring. */
const LOCK = { text: `SELECT pg_advisory_xact_lock(hashtext('hearth.auth.login'), hashtext(subject)) FROM unnest($1::text[]) AS s (subject)` }

const SAVE = {
  text: `INSERT INTO login_attempts (subject, failures, last_time, next_time) SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[])
  ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_time = excluded.last_time, next_time = excluded.next_time`,
}

/** Tries to log in, in PostgreSQL: what one replica refuses, the others refuse too. */
export function createPgLoginAttemptStore(db: Db): LoginAttemptStore {
  return {
    update: (subjects, decide) => db.transaction(async (tx) => {
      await tx.query({ ...LOCK, values: [subjects.toSorted()] })
      const rows = await tx.query<AttemptRow>({ text: 'SELECT subject, failures, last_time, next_time FROM login_attempts WHERE subject = ANY ($1::text[])', values: [subjects] })
      const decided = decide(new Map(rows.map(({ subject, failures, last_time, next_time }) => [subject, { count: failures, lastMs: last_time.getTime(), nextMs: next_time.getTime() }])))
      if (decided === undefined || decided.size === 0) return
      const all = [...decided]
      await tx.run({ ...SAVE, values: [all.map(([subject]) => subject), all.map(([, { count }]) => count), all.map(([, { lastMs }]) => new Date(lastMs)), all.map(([, { nextMs }]) => new Date(nextMs))] })
    }),
    forget: async (subjects) => {
      await db.run({ text: 'DELETE FROM login_attempts WHERE subject = ANY ($1::text[])', values: [subjects] })
    },
    deleteBefore: async (lastMs) => {
      await db.run({ text: 'DELETE FROM login_attempts WHERE last_time < $1', values: [new Date(lastMs)] })
    },
  }
}
