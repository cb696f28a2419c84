export { newObjectId, isObjectId, type ObjectId } from './object-id.ts'
export { parseSha256, isSha256, type Sha256 } from './sha256.ts'
export { parseGitOid, isGitOid, type GitOid } from './git-oid.ts'
export type { Brand } from './brand.ts'
