import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DataPlane, StagedBlob, StagedFile } from '../domain/ports.ts'

/** The storage service's byte side when it runs in this process; the composition root hands it in. */
export interface LocalDataPlane {
  /** Answers one request of the data plane; `req.url` is the signed path. */
  handle(req: IncomingMessage, res: ServerResponse): void | Promise<void>
  stageFiles(stagingPath: string, files: AsyncIterable<StagedFile>, signal: AbortSignal): Promise<readonly StagedBlob[]>
}

/** Hands request and response over as they are: no copy, no second parser. */
export function createInProcessDataPlane(local: LocalDataPlane): DataPlane<IncomingMessage, ServerResponse> {
  return {
    async serve(req, res, { dataPath, headers }) {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      req.url = dataPath
      await local.handle(req, res)
    },
    stage: (stagingPath, files, signal) => local.stageFiles(stagingPath, files, signal),
  }
}
