import { ContentServiceService } from '@hearth/proto/storage/v1/content'
import { rpc } from '@hearth/rpc'
import { commit } from '../domain/commit.ts'

export const handlers = { ContentServiceService, rpc, commit }
