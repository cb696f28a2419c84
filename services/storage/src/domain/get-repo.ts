import type { Actor } from '@hearth/authz'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { NO_DETAILS, type DetailChoice, type RepoFacts } from './catalogue/facts.ts'
import type { CommitRecord } from './git-store-port.ts'
import { visibleTo } from './list-repos.ts'
import type { ContentContext } from './ports.ts'
import { commitAt, treePageToken } from './read-tree.ts'
import { foldRepoPath, repoPath, type Repo, type RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { listSiblings, MAX_SIBLING_BYTES, type SiblingList } from './siblings.ts'
import { findItems } from './tree-lookup.ts'

export interface GetRepoQuery {
  readonly repo: RepoName
  readonly revision: string | undefined
  readonly includeSiblings: boolean
  readonly includeBlobs: boolean
  readonly includeCardText: boolean
  readonly includeLinkedSpaces: boolean
  readonly includeChildModels: boolean
  readonly details: DetailChoice
}

export interface RepoView {
  readonly repo: Repo
  readonly sha: GitOid
  readonly revisionTime: Date
  readonly siblings: SiblingList
  /** Set when there are more: the page of a recursive listing at `sha` that goes on after them. */
  readonly siblingsPageToken: string | undefined
  readonly cardText: string | undefined
  readonly facts: RepoFacts
  readonly relatives: Relatives
}

const CARD_PATH = 'README.md'
const MAX_SPACES = 100
const NO_SIBLINGS: SiblingList = { rows: [], isTruncated: false }

/** A repo as it is at one revision. Of a gated repo the facts, card and config are open to whoever may see it; its other bytes are not. */
export async function getRepo(ctx: ContentContext, actor: Actor, query: GetRepoQuery): Promise<RepoView> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const sha = await resolveRevision(ctx.git, repo, query.revision)
  const commit = await commitAt(ctx, repo, sha)
  const wantsSiblings = query.includeSiblings || query.includeBlobs
  const [facts, siblings, cardText, relatives] = await Promise.all([
    factsAt(ctx, repo, commit, query.details),
    wantsSiblings ? listSiblings(ctx, { repo, treeOid: commit.treeOid, withFacts: query.includeBlobs }, { bytes: MAX_SIBLING_BYTES }) : NO_SIBLINGS,
    query.includeCardText ? readCardText(ctx, repo, commit) : undefined,
    relativesOf(ctx, actor, repo, query),
  ])
  const siblingsPageToken = siblings.isTruncated ? treePageToken({ sha, path: '', after: siblings.rows.at(-1)?.path ?? '' }) : undefined
  return { repo, sha, revisionTime: commit.time, siblings, siblingsPageToken, cardText, facts, relatives }
}

/** The catalogue has those of the default branch; others are derived from their tree, as the catalogue's were. Weights are counted for the head alone. */
async function factsAt(ctx: ContentContext, repo: Repo, commit: CommitRecord, choice: DetailChoice): Promise<RepoFacts> {
  const known = commit.oid === repo.headOid ? await ctx.catalogue.readFacts(repo.id, choice) : undefined
  if (known !== undefined) return known
  const derived = await ctx.deriveFacts(ctx, { repoId: repo.id, type: repo.type, treeOid: commit.treeOid }, null)
  const { tags = [], pipelineTag, libraryName } = derived ?? {}
  return { tags, pipelineTag, libraryName, wide: choice === NO_DETAILS ? undefined : derived, weights: undefined }
}

async function readCardText(ctx: ContentContext, repo: Repo, commit: CommitRecord): Promise<string | undefined> {
  const found = await findItems(ctx.git, repo.id, commit.treeOid, [CARD_PATH])
  return ctx.texts.readText(ctx, repo.id, found.get(CARD_PATH))
}

type RelativesChoice = Pick<GetRepoQuery, 'includeLinkedSpaces' | 'includeChildModels'>

async function relativesOf(ctx: ContentContext, actor: Actor, repo: Repo, choice: RelativesChoice): Promise<Relatives> {
  const link = foldRepoPath(`${repo.type}:${repoPath(repo)}`)
  const [spaceIds, childModelCount] = await Promise.all([
    choice.includeLinkedSpaces && repo.type !== 'space' ? ctx.catalogue.findLinkedSpaces(link, visibleTo(actor), MAX_SPACES) : [],
    choice.includeChildModels && repo.type === 'model' ? ctx.catalogue.countChildModels(link, visibleTo(actor)) : 0,
  ])
  return { spaceIds, childModelCount }
}

/** Those that the actor may see. */
interface Relatives {
  readonly spaceIds: readonly string[]
  readonly childModelCount: number
}
