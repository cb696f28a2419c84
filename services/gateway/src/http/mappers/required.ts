import { HearthError } from '@hearth/errors'
import type { Repo } from '@hearth/proto/storage/v1/repos'

/** A message field that the contract always sets; its absence is the other side's bug. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new HearthError('INTERNAL', `an answer came without ${name}`)
  return value
}

export function requireRepo(repo: Repo | undefined): Repo {
  return required(repo, 'its repo')
}
