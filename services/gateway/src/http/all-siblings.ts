import { EntryKind, type TreeEntry } from '@hearth/proto/storage/v1/content'
import type { GetRepoResponse, RepoName, Sibling } from '@hearth/proto/storage/v1/repos'
import type { Call } from './call.ts'
import type { HttpDeps } from './deps.ts'

/** Beyond this many the answer leaves `siblings` out, and clients list the tree. */
const MAX_SIBLINGS = 200_000
const PAGE = 1000

/** The rest of the files of a repo whose list was too long for one message, from the pages of its tree. */
export async function completeSiblings({ content }: Pick<HttpDeps, 'content'>, asked: { readonly repo: RepoName; readonly hasFacts: boolean }, first: GetRepoResponse, call: Call): Promise<GetRepoResponse> {
  const siblings = [...first.siblings]
  let pageToken = first.siblingsPageToken
  while (pageToken !== undefined && siblings.length < MAX_SIBLINGS) {
    const request = { repo: asked.repo, revision: first.sha, path: '', recursive: true, expand: false, page: { pageSize: PAGE, pageToken } }
    const { entries, page } = await content.listTree(request, call.rpc)
    for (const entry of entries) if (entry.kind === EntryKind.ENTRY_KIND_FILE) siblings.push(toSibling(entry, asked.hasFacts))
    pageToken = page?.nextPageToken
  }
  return { ...first, siblings, siblingsTruncated: pageToken !== undefined }
}

function toSibling({ path, sizeBytes, oid, lfs }: TreeEntry, hasFacts: boolean): Sibling {
  return hasFacts ? { path, sizeBytes, blobOid: oid, lfs } : { path }
}
