import type { IncomingMessage, ServerResponse } from 'node:http'
import { HearthError } from '@hearth/errors'

/** Ends writes that would wait for ever: node calls no write callback for a response whose connection was destroyed under it. */
export interface ClientWatch extends Disposable {
  /** Writes and waits until the bytes are handed to the system. Rejects with CANCELLED when the client is gone or took nothing for the allowed time. */
  write(chunk: Uint8Array): Promise<void>
}

export function watchClient(res: ServerResponse, stallMs: number): ClientWatch {
  const { socket } = res.req
  const waiting = new Set<(error: Error) => void>()
  const onClose = (): void => { for (const reject of waiting) reject(clientGone()) }
  let hasMoved = true
  const timer = setInterval(() => {
    if (waiting.size > 0 && !hasMoved) socket.destroy()
    hasMoved = false
  }, stallMs)
  timer.unref()
  socket.once('close', onClose)
  return {
    async write(chunk) {
      if (socket.destroyed || res.destroyed) throw clientGone()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      hasMoved = true
      waiting.add(reject)
      res.write(chunk, (error) => (error == null ? resolve() : reject(clientGone(error))))
      try {
        await promise
      } finally {
        waiting.delete(reject)
        hasMoved = true
      }
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      socket.off('close', onClose)
    },
  }
}

/**
 * Waits until this response may write: requests can pile up on one connection, and one that stands in the queue must hold
 * neither buffers nor files. False: the connection ended first.
 */
export async function waitForTurn(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  if (res.socket !== null) return true
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onClose = (): void => resolve(false)
  req.socket.once('close', onClose)
  res.once('socket', () => resolve(true))
  if (req.socket.destroyed) onClose()
  try {
    return await promise
  } finally {
    req.socket.off('close', onClose)
  }
}

function clientGone(cause?: Error): HearthError {
  return new HearthError('CANCELLED', 'the client went away', { cause })
}
