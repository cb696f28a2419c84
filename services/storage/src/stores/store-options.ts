import type { Db } from '@hearth/db'
import type { EventWriter } from './event-writer.ts'

export interface StoreOptions {
  readonly db: Pick<Db, 'query' | 'run' | 'transaction'>
  readonly addEvent: EventWriter
}
