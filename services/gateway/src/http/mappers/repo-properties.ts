import { toStrings, type JsonObject } from '@hearth/formats'
import type { Repo, RepoFacts } from '@hearth/proto/storage/v1/repos'

const RELATION_TAG = /^base_model:(adapter|finetune|merge|quantized):(.+)$/s

/** The models that a card names as its base; how they relate is said by the tags that were derived from it. */
export function baseModelsOf(tags: readonly string[], card: JsonObject | undefined): { relation: string; models: { id: string }[] } | undefined {
  const models = toStrings(card?.['base_model']).map((id) => ({ id }))
  if (models.length === 0) return undefined
  return { relation: tags.map((tag) => RELATION_TAG.exec(tag)?.[1]).find((relation) => relation !== undefined) ?? 'finetune', models }
}

/** One host label for a space. */
export function subdomainOf(repo: Repo): string | undefined {
  if (repo.spaceSdk === undefined) return undefined
  return `${repo.namespace}-${repo.name}`.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63)
}

export function spaceHost(repo: Repo, contentOrigin: string | undefined): string | undefined {
  const subdomain = subdomainOf(repo)
  if (subdomain === undefined || contentOrigin === undefined) return undefined
  const url = new URL(contentOrigin)
  return `${url.protocol}//${subdomain}.${url.host}`
}

/** Hearth keeps spaces and does not run them. */
export function runtimeOf(facts: RepoFacts): Record<string, unknown> {
  return { stage: facts.hasAppFile ? 'STOPPED' : 'NO_APP_FILE', hardware: { current: null, requested: null }, storage: null, gcTimeout: null, replicas: { current: 0, requested: 0 } }
}
