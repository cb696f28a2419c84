import { copyFile, open, rename, stat, truncate, type FileHandle } from 'node:fs/promises'

const MAX_BYTES = 8 * 1024 * 1024
const CHECK_INTERVAL_MS = 60_000
const TAIL_BYTES = 8_192

/** The server's own log file: it writes there itself, so the last lines are kept when the hub is killed. Two files of 8 MiB at most. */
export interface ServerLog extends AsyncDisposable {
  readonly path: string
  readonly fd: number
  /** The last lines written since this start. */
  tail(lines: number): Promise<string[]>
}

export async function openServerLog(path: string): Promise<ServerLog> {
  if (await sizeOf(path) > MAX_BYTES / 2) await rename(path, `${path}.1`)
  const file = await open(path, 'a', 0o600)
  const startOffset = await sizeOf(path)
  const timer = setInterval(() => { void bound(path).catch(() => undefined) }, CHECK_INTERVAL_MS)
  timer.unref()
  return {
    path,
    fd: file.fd,
    tail: (lines) => readTail(path, startOffset, lines),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await file.close()
    },
  }
}

/** The server holds the file open for appending, so it is copied and emptied in place. */
async function bound(path: string): Promise<void> {
  if (await sizeOf(path) <= MAX_BYTES) return
  await copyFile(path, `${path}.1`)
  await truncate(path, 0)
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then((found) => found.size, () => 0)
}

async function readTail(path: string, startOffset: number, lines: number): Promise<string[]> {
  const file: FileHandle = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(startOffset <= size ? startOffset : 0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    return buffer.subarray(0, bytesRead).toString('utf8').split('\n').filter((line) => line !== '').slice(-lines)
  } finally {
    await file.close()
  }
}
