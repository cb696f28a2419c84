import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { StartRefused } from '@hearth/db'

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  /** Serves paths below "/-/". */
  readonly dataPlane: HttpHandler
  /** Serves everything else. */
  readonly gateway: HttpHandler
}

export interface Listener extends AsyncDisposable {
  /** e.g. http://127.0.0.1:8080 */
  readonly url: string
}

const HEADERS_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 65_000
const MAX_HEADER_BYTES = 32 * 1024
const DRAIN_MS = 10_000

/** The one public port: bytes go to storage, everything else to the gateway. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    const handle = req.url?.startsWith('/-/') === true ? options.dataPlane : options.gateway
    handle(req, res)
  })
  await listen(server, options)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}`, [Symbol.asyncDispose]: () => drain(server) }
}

async function listen(server: Server, { host, port }: ListenerOptions): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new StartRefused(describeListenFailure(cause, host, port), { cause })
  }
}

function describeListenFailure(cause: unknown, host: string, port: number): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause)
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use: stop what listens there, or set HEARTH_PORT to another port (0 takes any free one)`
  if (code === 'EACCES') return `port ${port} needs privileges: set HEARTH_PORT to a port above 1023`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `this machine has no address ${host}: set HEARTH_HOST to one of its own`
  return `cannot listen on ${host}:${port} (${code}): check HEARTH_HOST and HEARTH_PORT`
}

/** Takes no new request, lets running ones end, and cuts what is left after 10 s. */
async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(timer)
}
