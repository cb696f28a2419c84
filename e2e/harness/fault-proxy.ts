import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * What happens to connections, by bytes that went through them in one direction (`down` = to the client):
 * `end` closes the connection in order, `reset` breaks it, `stall` keeps it open and moves nothing more (half-open),
 * `delay` holds every chunk back. A fault is used up after `times` connections.
 */
export interface Fault {
  readonly kind: 'end' | 'reset' | 'stall' | 'delay'
  readonly direction: 'up' | 'down'
  readonly afterBytes?: number
  readonly times?: number
  readonly delayMs?: number
}

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly range: string | undefined
}

/** A TCP proxy on the loopback in front of a hub, which breaks connections as told. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  /** Replaces the fault in force; open connections see it too. undefined: none. */
  setFault(fault: Fault | undefined): void
  /** How often the fault in force has struck. */
  struck(): number
  /** Heads of the requests that went up, in order. */
  requests(): readonly SeenRequest[]
  /** Bytes that went to clients so far. */
  bytesDown(): number
  forget(): void
  /** Closes every connection that is open now, as a machine that reboots. */
  dropConnections(): void
}

interface State {
  fault: Fault | undefined
  struck: number
  bytesDown: number
  requests: SeenRequest[]
}

const HEAD = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n([\s\S]*?)\r\n\r\n/

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl)
  const state: State = { fault: undefined, struck: 0, bytesDown: 0, requests: [] }
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.once('close', () => { open.delete(socket) })
    }
    pump({ from: client, to: upstream, direction: 'up', state })
    pump({ from: upstream, to: client, direction: 'down', state })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    setFault(fault) {
      state.fault = fault
      state.struck = 0
    },
    struck: () => state.struck,
    requests: () => state.requests,
    bytesDown: () => state.bytesDown,
    forget() {
      state.requests = []
      state.bytesDown = 0
    },
    dropConnections() { for (const socket of open) socket.destroy() },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Pump {
  readonly from: Socket
  readonly to: Socket
  readonly direction: Fault['direction']
  readonly state: State
}

function pump(pumped: Pump): void {
  const { from, to, direction, state } = pumped
  let moved = 0
  from.on('data', (chunk: Buffer) => {
    if (to.writableEnded) return
    if (direction === 'up') note(state, chunk)
    const fault = faultFor(state, direction)
    if (fault?.kind === 'delay') return hold(pumped, chunk, fault.delayMs ?? 0)
    const part = fault === undefined ? chunk : chunk.subarray(0, Math.max(0, (fault.afterBytes ?? 0) - moved))
    moved += part.length
    pass(pumped, part)
    if (fault !== undefined && part.length < chunk.length) strike(pumped, fault)
  })
  from.once('end', () => { to.end() })
  from.once('close', () => { to.destroySoon() })
}

function faultFor({ fault, struck }: State, direction: Fault['direction']): Fault | undefined {
  return fault?.direction === direction && struck < (fault.times ?? 1) ? fault : undefined
}

function pass({ from, to, direction, state }: Pump, part: Buffer): void {
  if (direction === 'down') state.bytesDown += part.length
  if (part.length === 0 || to.destroyed || to.write(part)) return
  from.pause()
  to.once('drain', () => { from.resume() })
}

/** What was passed has to arrive before the reset does. */
function strike({ from, to, state }: Pump, { kind }: Fault): void {
  state.struck += 1
  to.removeAllListeners('drain')
  from.pause()
  if (kind === 'end') to.end(() => { from.destroy() })
  if (kind === 'reset') setTimeout(() => { to.resetAndDestroy(); from.resetAndDestroy() }, 20)
}

function note(state: State, chunk: Buffer): void {
  const [, method, path, headers] = HEAD.exec(chunk.subarray(0, 16_384).toString('latin1')) ?? []
  if (method === undefined || path === undefined) return
  state.requests.push({ method, path, range: /^range: *(.+)$/im.exec(headers ?? '')?.[1]?.trim() })
}

function hold({ from, to }: Pump, chunk: Buffer, delayMs: number): void {
  from.pause()
  setTimeout(() => {
    if (!to.destroyed) to.write(chunk)
    from.resume()
  }, delayMs)
}
