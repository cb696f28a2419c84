// VIOLATES boundaries/dependencies: the public side speaks HTTP only
import type { GetBlobRequest } from '@hearth/proto/storage/v1/content'
// VIOLATES boundaries/dependencies: the public side knows no infrastructure
import { rpc } from '@hearth/rpc'

export const planted = rpc
export type Planted = GetBlobRequest
