import { REPO_KINDS, type RepoKind, type RouteSpec } from '@hearth/hf-api'

export interface RegisteredPath {
  /** As Fastify takes it, in the canonical form of domain/canonical-url.ts. */
  readonly url: string
  /** Merged into the path's parameters. */
  readonly kind: RepoKind | undefined
}

/** A row of the table becomes one path for each kind of repo, and two where its last segment may be missing. */
export function registeredPaths({ path }: RouteSpec): RegisteredPath[] {
  const kinds: readonly (RepoKind | undefined)[] = /\{(kind|web)\}/.test(path) ? REPO_KINDS : [undefined]
  return kinds.flatMap((kind) => {
    const concrete = kind === undefined ? path : path.replace('{kind}', kind).replace('{web}', `@${kind}/`).replace('}.git', '}')
    const variants = concrete.includes('?}') ? [concrete.replace(/\/\{[^}]*\?\}$/, ''), concrete.replace('?}', '}')] : [concrete]
    return variants.map((variant) => ({ url: variant.replace(/\{(\w+)\}/g, ':$1'), kind }))
  })
}
