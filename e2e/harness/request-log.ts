import type { Hub } from './hub.ts'

export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** The requests that the hub logged as done since byte `mark` of its log; polls until the log has been quiet for a moment. */
export async function requestsSince(hub: Hub, mark: number): Promise<LoggedRequest[]> {
  let seen = -1
  let text = ''
  while (text.length !== seen) {
    seen = text.length
    await new Promise((resolve) => setTimeout(resolve, 150))
    text = (await hub.log()).slice(mark)
  }
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line)
      return isRequest(entry) ? [{ method: entry.method, path: entry.path, status: entry.status }] : []
    } catch {
      return []
    }
  })
}

function isRequest(entry: unknown): entry is LoggedRequest {
  return typeof entry === 'object' && entry !== null && 'evt' in entry && entry.evt === 'request' && 'method' in entry && 'path' in entry && 'status' in entry
}
