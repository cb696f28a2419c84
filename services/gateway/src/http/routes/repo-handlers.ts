import { HearthError, isHearthError } from '@hearth/errors'
import { judgeCard } from '@hearth/formats'
import type { BodyOf, Routes } from '@hearth/hf-api'
import { RepoAction } from '@hearth/proto/storage/v1/content'
import { GatedMode, RepoVisibility, type InitialFile } from '@hearth/proto/storage/v1/repos'
import { assertCard, decodeContent } from '../../domain/inline-file.ts'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { gatedOf } from '../mappers/repo-info.ts'
import { requireUser, splitName, visibilityOf } from '../mappers/repo-body.ts'
import { idOf, kindOfType, repoUrl, toRepoName, toRepoType } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'
import { redirectIfRenamed } from '../renamed.ts'

type CreateBody = BodyOf<Routes['createRepo']>

type RepoHandlers = Pick<Handlers, 'createRepo' | 'deleteRepo' | 'updateSettings' | 'validateYaml' | 'authCheck' | 'authCheckWrite'>

export function createRepoHandlers({ accounts, content, repos }: HttpDeps): RepoHandlers {
  const ownName = async (call: Call): Promise<string> => {
    requireUser(call)
    return (await accounts.getIdentity({}, call.rpc)).name
  }
  const check = async (repo: { kind: 'models' | 'datasets' | 'spaces'; repo: string }, action: RepoAction, call: Call): Promise<Answer<Record<string, unknown>>> => {
    const { repo: found } = await content.openRepo({ repo: toRepoName(repo.kind, repo.repo), revision: undefined, action }, call.rpc)
    return redirectIfRenamed(call, repo, found) ?? json({})
  }
  return {
    async createRepo({ body }, call) {
      requireUser(call)
      const kind = kindOfType(body.type)
      const { namespace, name } = splitName(body)
      try {
        const { repo } = await repos.createRepo({
          type: toRepoType(kind), namespace, name, visibility: visibilityOf(body), spaceSdk: body.sdk ?? undefined, files: (body.files ?? []).map(toInitialFile), license: body.license ?? undefined,
        }, call.rpc)
        const created = requireRepo(repo)
        return json({ url: repoUrl(call.origin, kind, idOf(created)), name: idOf(created), id: created.id })
      } catch (error) {
        if (!isHearthError(error, 'REPO_EXISTS')) throw error
        const id = error.metadata['repo'] ?? `${namespace ?? (await ownName(call))}/${name}`
        // The official client reads `url` from this body when told that the repo may exist.
        throw new HearthError('REPO_EXISTS', error.message, { cause: error, metadata: { ...error.metadata, url: repoUrl(call.origin, kind, id) } })
      }
    },
    async deleteRepo({ body }, call) {
      const { namespace, name } = splitName(body)
      await repos.deleteRepo({ repo: toRepoName(kindOfType(body.type), `${namespace ?? (await ownName(call))}/${name}`) }, call.rpc)
      return json({})
    },
    async updateSettings({ params, body }, call) {
      const { repo } = await repos.updateRepoSettings({ repo: toRepoName(params.kind, params.repo), visibility: visibilityOf(body), gated: gatedMode(body.gated) }, call.rpc)
      const changed = requireRepo(repo)
      const isPrivate = changed.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE
      return json({ private: isPrivate, visibility: isPrivate ? 'private' : 'public', gated: gatedOf(changed) })
    },
    async validateYaml({ body }, call) {
      const { warnings, errors } = judgeCard(body.content)
      const wantsText = (call.req.headers.accept ?? '').split(',')[0]?.trim() === 'text/plain'
      const status = errors.length === 0 ? 200 : 400
      if (wantsText) return { kind: 'text', body: errors.length === 0 ? 'OK' : `Invalid metadata in README.md.\n${errors.map((error) => `- ${error}`).join('\n')}`, status }
      return { kind: 'json', status, body: { warnings: warnings.map((message) => ({ message })), errors: errors.map((message) => ({ message })) } }
    },
    authCheck: ({ params }, call) => check(params, RepoAction.REPO_ACTION_READ_CONTENT, call),
    authCheckWrite: ({ params }, call) => check(params, RepoAction.REPO_ACTION_WRITE_CONTENT, call),
  }
}

function toInitialFile({ path, content, encoding }: NonNullable<CreateBody['files']>[number]): InitialFile {
  const bytes = decodeContent(content, encoding ?? 'utf-8')
  if (bytes === undefined) throw new HearthError('INVALID_ARGUMENT', `Invalid body: files: the content of ${JSON.stringify(path.slice(0, 200))} is not valid base64`)
  assertCard(path, bytes)
  return { path, content: bytes }
}

function gatedMode(gated: false | 'auto' | 'manual' | null | undefined): GatedMode {
  switch (gated) {
    case 'auto': return GatedMode.GATED_MODE_AUTO
    case 'manual': return GatedMode.GATED_MODE_MANUAL
    case false: return GatedMode.GATED_MODE_OPEN
    default: return GatedMode.GATED_MODE_UNSPECIFIED
  }
}
