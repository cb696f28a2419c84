import { HearthError } from '@hearth/errors'
import { webPrefixOf } from '@hearth/hf-api'
import type { HandleAccessRequestRequest } from '@hearth/proto/storage/v1/access'
import { json, redirect, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toAccessRequest, toAccessStatus, toFields } from '../mappers/access-request.ts'
import { gatedOf } from '../mappers/repo-info.ts'
import { idOf, toRepoName } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'

type AccessHandlers = Pick<Handlers, 'askAccess' | 'askAccessForm' | 'ownAccess' | 'listAccessRequests' | 'handleAccessRequest' | 'grantAccess'>

export function createAccessHandlers({ access }: HttpDeps): AccessHandlers {
  return {
    async askAccess({ params, body }, call) {
      const { request } = await access.requestAccess({ repo: toRepoName(params.kind, params.repo), fields: toFields(body.fields ?? {}) }, call.rpc)
      return json(toAccessRequest(request))
    },
    async askAccessForm({ params, body }, call) {
      const { repo } = await access.requestAccess({ repo: toRepoName(params.kind, params.repo), fields: toFields(body) }, call.rpc)
      return redirect(`/${webPrefixOf(params.kind)}${idOf(requireRepo(repo))}`, 303)
    },
    async ownAccess({ params }, call) {
      const { repo, request } = await access.getOwnAccessRequest({ repo: toRepoName(params.kind, params.repo) }, call.rpc)
      return json({ gated: gatedOf(requireRepo(repo)), request: request === undefined ? null : toAccessRequest(request) })
    },
    async listAccessRequests({ params, query }, call) {
      const { requests, page } = await access.listAccessRequests({
        repo: toRepoName(params.kind, params.repo), status: toAccessStatus(params.status), page: { pageSize: query.limit, pageToken: query.cursor },
      }, call.rpc)
      return json(requests.map(toAccessRequest), linkHeader(call, page))
    },
    async handleAccessRequest({ params, body }, call) {
      const { request } = await access.handleAccessRequest({
        repo: toRepoName(params.kind, params.repo), which: whichOf(body), status: toAccessStatus(body.status), rejectionReason: body.rejectionReason ?? undefined,
      }, call.rpc)
      return json(toAccessRequest(request))
    },
    async grantAccess({ params, body }, call) {
      const { request } = await access.grantAccess({ repo: toRepoName(params.kind, params.repo), userName: body.user }, call.rpc)
      return json(toAccessRequest(request))
    },
  }
}

interface Named {
  readonly user?: string | null | undefined
  readonly requestId?: string | null | undefined
}

function whichOf({ user, requestId }: Named): HandleAccessRequestRequest['which'] {
  const named = [user, requestId].filter((one) => one !== undefined && one !== null)
  if (named.length !== 1) throw new HearthError('INVALID_ARGUMENT', 'exactly one of user and requestId is expected')
  return typeof user === 'string' ? { $case: 'userName', value: user } : { $case: 'requestId', value: requestId ?? '' }
}
