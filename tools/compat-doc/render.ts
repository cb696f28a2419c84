import { ALL_ROUTES, type RouteSpec } from '@hearth/hf-api'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMPATIBILITY, type Compatibility, type Proof } from './proofs.ts'

const HEAD = `# The Hub's HTTP interface, as Hearth serves it

Written by \`npm run docs:compat\` from the route table (\`libs/hf-api\`), which the gateway registers, and from \`tools/compat-doc/proofs.ts\`;
a check of \`npm test\` fails when it is not current, and when a proving test is gone. Every route is also in the permission matrix
(\`services/all-in-one/test/permission-matrix.test.ts\`), with seven kinds of callers, against public and private repos.

\`{kind}\` is models, datasets or spaces; \`{web}\` the prefix of web addresses (nothing, \`datasets/\`, \`spaces/\`). A repo is \`namespace/name\`,
\`namespace%2Fname\`, or one segment when it is an alias; revisions and paths come encoded or plain. An unknown path answers 404 JSON.
**Needs** names the permission; a repo that the caller may not see answers as one that does not exist.
`

const AREAS = [
  ['Repositories', ['createRepo', 'deleteRepo', 'updateSettings', 'listRepos', 'repoInfo', 'repoInfoAtRevision', 'authCheck', 'authCheckWrite', 'validateYaml']],
  ['Gated repositories', ['askAccess', 'askAccessForm', 'ownAccess', 'listAccessRequests', 'handleAccessRequest', 'grantAccess']],
  ['Content', ['listTree', 'pathsInfo', 'headFile', 'getFile', 'getRaw', 'preupload', 'commit']],
  ['Refs and history', ['listRefs', 'listCommits', 'createBranch', 'deleteBranch', 'createTag', 'deleteTag']],
  ['git LFS', ['lfsBatch', 'lfsVerify']],
  ['Accounts', ['whoami', 'listTokens', 'createToken', 'deleteToken', 'deleteExpiredTokens', 'userOverview', 'organizationOverview', 'listMembers', 'setMember', 'removeMember']],
  ['Administration', [
    'adminListUsers', 'adminCreateUser', 'adminGetUser', 'adminRemoveUser', 'adminSuspendUser', 'adminUnsuspendUser', 'adminResetPassword', 'adminSetAdmin', 'adminMintToken',
    'adminCreateOrganization', 'adminRemoveOrganization', 'adminSetMember', 'adminRemoveMember', 'adminListAudit',
  ]],
] as const

const TAIL = `## Not served yet

Everything else answers 404 JSON; so the official clients take their other ways where they have one. Xet transfers (\`xet-read-token\`,
\`xet-write-token\`; uploads go by LFS), git smart HTTP (\`git clone\`, \`git push\`), moving repos, discussions and merging of pull requests,
likes, collections, webhooks, Spaces at run time, \`super-squash\`, \`lfs-files\`, tags listings
(\`models-tags-by-type\`), the dataset viewer, inference, jobs.
`

export interface RenderedDoc {
  readonly text: string
  /** Proving tests that are not there. */
  readonly problems: readonly string[]
}

export function renderCompatDoc(root: string): RenderedDoc {
  const areas: (readonly [string, readonly RouteSpec[]])[] = AREAS.map(([title, ids]) => [title, ids.map(routeOf)])
  const named = new Set(areas.flatMap(([, routes]) => routes.map((route) => route.id)))
  const rest = ALL_ROUTES.filter((route) => !named.has(route.id))
  const tables = [...areas, ['The hub itself', rest] as const].map(([title, routes]) => `## ${title}\n\n${tableOf(routes)}`)
  return { text: [HEAD, ...tables, TAIL].join('\n'), problems: ALL_ROUTES.flatMap((route) => problemOf(root, route.id, compatibilityOf(route).proof)) }
}

function routeOf(id: string): RouteSpec {
  const found = ALL_ROUTES.find((route) => route.id === id)
  if (found === undefined) throw new Error(`the route table has no ${id}: take it out of tools/compat-doc/render.ts`)
  return found
}

function compatibilityOf(route: RouteSpec): Compatibility {
  const entry = Object.entries(COMPATIBILITY).find(([id]) => id === route.id)
  if (entry === undefined) throw new Error(`${route.id} has no row in tools/compat-doc/proofs.ts`)
  return entry[1]
}

function tableOf(routes: readonly RouteSpec[]): string {
  const rows = routes.map((route) => {
    const { proof, divergence = '' } = compatibilityOf(route)
    return `| \`${route.method === 'ALL' ? 'any' : route.method} ${route.path}\` | ${route.summary} | ${route.permission} | ${route.since} | ${divergence} | \`${proof.file}\` ${proof.title.replaceAll('|', '\\|')} |`
  })
  return ['| Route | What | Needs | Since | Differs from huggingface.co | Proved by |', '| --- | --- | --- | --- | --- | --- |', ...rows, ''].join('\n')
}

function problemOf(root: string, id: string, { file, title }: Proof): string[] {
  return readOrEmpty(join(root, file)).includes(title) ? [] : [`${id}: no test "${title}" in ${file}`]
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
