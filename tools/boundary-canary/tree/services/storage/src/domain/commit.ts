import { errors } from '@hearth/errors'
import type { authzType } from '@hearth/authz'
import type { RefStore } from './ports.ts'

export async function commit(refs: RefStore, actor: authzType): Promise<string> {
  return refs.move(`${actor}${errors}`)
}
