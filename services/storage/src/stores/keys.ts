import type { ObjectId, Sha256 } from '@hearth/ids'

/**
 * The whole object tree, below one root:
 *
 *   v1/objects/<2 hex>/<2 hex>/<sha256>   verified bytes, immutable, shared by every repo that names them
 *   v1/staging/<id>                        bytes on their way in; never readable, swept at start
 *   v1/uploads/<upload id>                 one multipart upload, its parts at their offsets; swept after a day
 */
export type StoreKey =
  | { readonly kind: 'object'; readonly sha256: Sha256 }
  | { readonly kind: 'staging'; readonly id: ObjectId }
  | { readonly kind: 'upload'; readonly id: ObjectId }

export const FOLDERS = { objects: 'v1/objects', staging: 'v1/staging', uploads: 'v1/uploads' } as const

export function keyFor(key: StoreKey): string {
  switch (key.kind) {
    case 'object': return `${FOLDERS.objects}/${key.sha256.slice(0, 2)}/${key.sha256.slice(2, 4)}/${key.sha256}`
    case 'staging': return `${FOLDERS.staging}/${key.id}`
    case 'upload': return `${FOLDERS.uploads}/${key.id}`
  }
}
