import { commit } from '../domain/commit.ts'

export const serveBlob = commit
