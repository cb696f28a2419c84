import { webPrefixOf, type RepoKind } from '@hearth/hf-api'
import type { Repo } from '@hearth/proto/storage/v1/repos'
import { redirect, type Answer, type Call } from './call.ts'
import { idOf } from './mappers/repo-names.ts'

export interface AskedRepo {
  readonly kind: RepoKind
  readonly repo: string
}

/** A relative 307 to the repo's present id when it was asked for by an alias, a former name or another case. */
export function redirectIfRenamed(call: Call, asked: AskedRepo, found: Repo | undefined): Answer<never> | undefined {
  if (found === undefined || idOf(found) === asked.repo) return undefined
  const url = call.req.url ?? '/'
  const mark = url.indexOf('?')
  const segments = (mark === -1 ? url : url.slice(0, mark)).split('/').slice(1)
  const query = mark === -1 ? '' : url.slice(mark)
  const path = segments[0] === 'api' ? apiPath(asked.kind, found, segments) : webPath(asked.kind, found, segments)
  return redirect(`${path}${query}`, 307)
}

function apiPath(kind: RepoKind, found: Repo, segments: readonly string[]): string {
  return `/${['api', kind, idOf(found), ...segments.slice(3)].join('/')}`
}

/** Web paths keep the revision encoded and the file's slashes plain. */
function webPath(kind: RepoKind, found: Repo, segments: readonly string[]): string {
  const [verb, revision, ...path] = segments.slice(2)
  const tail = [verb, revision, ...path.map((part) => part.replaceAll('%2F', '/'))].filter((part) => part !== undefined)
  return `/${webPrefixOf(kind)}${[idOf(found), ...tail].join('/')}`
}
