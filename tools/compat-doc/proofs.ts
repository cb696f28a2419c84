import type { RouteId } from '@hearth/hf-api'

/** A test that would fail if the route broke: file, and (the beginning of) its title there. */
export interface Proof {
  readonly file: string
  readonly title: string
}

export interface Compatibility {
  readonly proof: Proof
  /** Where the route knowingly differs from huggingface.co, as a caller sees it. */
  readonly divergence?: string
}

const CLI = 'e2e/core/official-cli.test.ts'
const REPO_OPS = 'e2e/core/repo-operations.test.ts'
const GATEWAY = 'services/gateway/test'
const ACCESS = { file: 'e2e/core/access-requests.test.ts', title: 'asks, decides and downloads' }
const MATRIX = { file: 'services/all-in-one/test/permission-matrix.test.ts', title: 'on %s, %s repo' }

/** The row for each route; a route without one does not compile. */
export const COMPATIBILITY: Readonly<Record<RouteId, Compatibility>> = {
  startPage: { proof: { file: 'e2e/core/start.test.ts', title: 'makes an admin with a token' }, divergence: 'a plain page that says how to connect' },
  healthz: { proof: MATRIX, divergence: 'ours' },
  readyz: { proof: MATRIX, divergence: 'ours' },
  metrics: { proof: MATRIX, divergence: 'ours' },
  openApi: { proof: MATRIX, divergence: 'describes the routes of this page' },
  agentHarnesses: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'swallows telemetry' }, divergence: 'an empty registry' },
  hubTelemetry: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'swallows telemetry' }, divergence: 'nothing is kept' },
  xetTelemetry: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'swallows telemetry' }, divergence: 'nothing is kept' },
  xorbGrants: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'says 404 to xorb grants' }, divergence: 'always 404: Xet is not served yet, clients use LFS' },
  badRequest: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'says 400 to %s' }, divergence: 'internal: where addresses end that are not valid UTF-8' },
  whoami: { proof: { file: CLI, title: 'logs in with a token and says who it is' }, divergence: 'no billing fields; `isPro` and `canPay` are always false' },
  userOverview: { proof: { file: REPO_OPS, title: 'moves, duplicates' }, divergence: 'names and counts of repos; no followers' },
  organizationOverview: { proof: { file: REPO_OPS, title: 'moves, duplicates' }, divergence: 'names and counts of repos; no followers' },
  listMembers: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'list members by page' }, divergence: 'roles are told to those who are logged in' },
  setMember: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'change members for those who administer' }, divergence: 'ours' },
  removeMember: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'change members for those who administer' }, divergence: 'ours' },
  adminSetMember: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'change members for those who administer' }, divergence: 'ours' },
  adminRemoveMember: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'change members for those who administer' }, divergence: 'ours' },
  listTokens: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'make tokens whose scopes are bound to ids' }, divergence: 'ours' },
  createToken: { proof: { file: 'e2e/core/fine-grained-token.test.ts', title: 'reads and proposes, is refused by the name of the right' }, divergence: 'ours; huggingface.co makes tokens on its pages only' },
  deleteToken: { proof: { file: 'e2e/core/fine-grained-token.test.ts', title: 'proposes by the command line, and stops working' }, divergence: 'ours' },
  deleteExpiredTokens: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'delete expired tokens only when asked so' }, divergence: 'ours' },
  adminListUsers: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminCreateUser: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminGetUser: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminRemoveUser: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'refuses all others before it looks at names' }, divergence: 'ours; refused while the user owns repos' },
  adminSuspendUser: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminUnsuspendUser: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminResetPassword: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'resets passwords and mints tokens' }, divergence: 'ours' },
  adminSetAdmin: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates, shows, lists and changes users' }, divergence: 'ours' },
  adminMintToken: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'resets passwords and mints tokens' }, divergence: 'ours' },
  adminCreateOrganization: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates organisations, and says why one cannot go' }, divergence: 'ours' },
  adminRemoveOrganization: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'creates organisations, and says why one cannot go' }, divergence: 'ours; refused while the organisation owns repos' },
  adminListAudit: { proof: { file: `${GATEWAY}/accounts.test.ts`, title: 'shows the audit log with the id of the request' }, divergence: 'ours' },
  createRepo: { proof: { file: CLI, title: 'creates a model, a dataset, a space' }, divergence: '`resourceGroupId`, hardware and storage of Spaces are not used' },
  deleteRepo: { proof: { file: CLI, title: 'works through the Python API' } },
  moveRepo: { proof: { file: REPO_OPS, title: 'moves, duplicates' } },
  duplicateRepo: { proof: { file: REPO_OPS, title: 'moves, duplicates' }, divergence: 'complete when it answers: `filesCopyPending` is always false; pull requests are not copied' },
  ownRepos: { proof: { file: REPO_OPS, title: 'moves, duplicates' }, divergence: 'no buckets' },
  organizationRepos: { proof: { file: REPO_OPS, title: 'moves, duplicates' }, divergence: 'no buckets' },
  updateSettings: { proof: { file: CLI, title: 'works through the Python API' }, divergence: 'visibility and gating mode' },
  validateYaml: { proof: { file: `${GATEWAY}/repos.test.ts`, title: 'judges cards' } },
  askAccess: { proof: { file: `${GATEWAY}/access.test.ts`, title: 'are asked for as JSON or by a form' }, divergence: 'ours' },
  askAccessForm: { proof: { file: `${GATEWAY}/access.test.ts`, title: 'are asked for as JSON or by a form' }, divergence: 'takes a token, no cookie; fields are kept as they come' },
  ownAccess: { proof: { file: `${GATEWAY}/access.test.ts`, title: 'are asked for as JSON or by a form' }, divergence: 'ours' },
  listAccessRequests: { proof: ACCESS, divergence: 'requesters are never hidden' },
  handleAccessRequest: { proof: ACCESS },
  grantAccess: { proof: ACCESS },
  authCheck: { proof: { file: `${GATEWAY}/repos.test.ts`, title: 'checks rights' } },
  authCheckWrite: { proof: { file: `${GATEWAY}/repos.test.ts`, title: 'checks rights' } },
  listRepos: { proof: { file: CLI, title: 'works through the Python API' }, divergence: '`apps` is not looked at; `inference` and `inference_provider` answer an empty list: no model is kept warm' },
  modelTags: { proof: { file: `${GATEWAY}/catalogue.test.ts`, title: 'tells the tags' }, divergence: 'the tags that public repos carry, no fixed list' },
  datasetTags: { proof: { file: `${GATEWAY}/catalogue.test.ts`, title: 'tells the tags' }, divergence: 'the tags that public repos carry, no fixed list' },
  repoInfo: { proof: { file: CLI, title: 'works through the Python API' }, divergence: '`gguf`, `evalResults`, `mainSize` and `resourceGroup` are left out; likes stay 0; `safetensors` is told for the default branch only' },
  repoInfoAtRevision: { proof: { file: `${GATEWAY}/catalogue.test.ts`, title: 'reads revisions in every spelling' } },
  listTree: { proof: { file: CLI, title: 'works through the Python API' } },
  pathsInfo: { proof: { file: CLI, title: 'works through the Python API' } },
  headFile: { proof: { file: 'e2e/core/curl-ranges.test.ts', title: 'answers HEAD with all metadata and no redirect' }, divergence: 'a large file answers 200, where huggingface.co redirects' },
  getFile: { proof: { file: 'e2e/core/curl-ranges.test.ts', title: 'gets range %s' }, divergence: 'large files come from a signed path of the same host' },
  getRaw: { proof: { file: `${GATEWAY}/files.test.ts`, title: 'gives the pointer of a large file as raw' } },
  preupload: { proof: { file: CLI, title: 'uploads a folder with a 300 MB file' } },
  commit: { proof: { file: CLI, title: 'uploads a folder with a 300 MB file' }, divergence: 'a pull request holds commits; it has no discussion page and cannot be merged yet' },
  listRefs: { proof: { file: CLI, title: 'works through the Python API' } },
  listCommits: { proof: { file: CLI, title: 'works through the Python API' }, divergence: '`p` reaches 100,000 commits; follow the Link header beyond' },
  createBranch: { proof: { file: CLI, title: 'works through the Python API' }, divergence: '`emptyBranch` makes one commit that holds .gitattributes' },
  deleteBranch: { proof: { file: CLI, title: 'works through the Python API' } },
  squashHistory: { proof: { file: REPO_OPS, title: 'squashes' } },
  createTag: { proof: { file: CLI, title: 'works through the Python API' } },
  deleteTag: { proof: { file: CLI, title: 'works through the Python API' } },
  lfsBatch: { proof: { file: CLI, title: 'uploads a folder with a 300 MB file' }, divergence: 'an object that another repo holds is asked for all the same' },
  lfsVerify: { proof: { file: `${GATEWAY}/lfs.test.ts`, title: 'hands out one address' } },
  lfsFiles: { proof: { file: REPO_OPS, title: 'lists and deletes large files' } },
  deleteLfsFiles: { proof: { file: REPO_OPS, title: 'lists and deletes large files' }, divergence: 'needs the right to administer; the bytes go when no other repo holds them' },
  shareLfsFiles: { proof: { file: 'services/storage/test/lfs-files.test.ts', title: 'shares' } },
  like: { proof: { file: 'services/storage/test/likes.test.ts', title: 'likes' }, divergence: 'by script too' },
  unlike: { proof: { file: 'e2e/core/repo-operations.test.ts', title: 'moves, duplicates' } },
  likers: { proof: { file: 'e2e/core/repo-operations.test.ts', title: 'moves, duplicates' } },
  userLikes: { proof: { file: 'e2e/core/repo-operations.test.ts', title: 'moves, duplicates' } },
  repoPage: { proof: { file: `${GATEWAY}/edge.test.ts`, title: 'shows plain pages' }, divergence: 'a plain page with the way to download' },
}
