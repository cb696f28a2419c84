import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Hub } from '../e2e/harness/hub.ts'
import { cpuSeconds, processTree } from '../e2e/harness/processes.ts'
import { median } from './measure.ts'

/** What is asked for: the same request again and again, or the next of several. */
export interface Target {
  readonly url: string
  readonly method?: 'GET' | 'HEAD'
  readonly paths: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

export interface Load {
  readonly wallMs: number
  readonly p99Ms: number
  /** Of the server's processes, for each request. */
  readonly cpuMs: number
  readonly perSecond: number
}

const WARM_UP = 30

/** One request after another on `connections` connections, for `count` requests in all. */
export async function closedLoop(target: Target, hub: Pick<Hub, 'pid'>, { count, connections = 1 }: { readonly count: number; readonly connections?: number }): Promise<Load> {
  using agent = openAgent(connections)
  for (let at = 0; at < WARM_UP; at += 1) await send(agent.agent, target, at)
  const took: number[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) took.push(await send(agent.agent, target, at))
  }
  return measured(hub, took, () => Promise.all(Array.from({ length: connections }, work)))
}

/** `perSecond` requests begin each second, whether the ones before have ended or not; times count from when they should have begun. */
export async function openLoop(target: Target, hub: Pick<Hub, 'pid'>, { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number }): Promise<Load> {
  using agent = openAgent(256)
  for (let at = 0; at < WARM_UP; at += 1) await send(agent.agent, target, at)
  const took: number[] = []
  return measured(hub, took, async () => {
    const begin = performance.now()
    const all: Promise<void>[] = []
    for (let at = 0; at < perSecond * seconds; at += 1) {
      const dueMs = begin + (at * 1000) / perSecond
      if (dueMs > performance.now()) await delay(dueMs - performance.now())
      all.push(send(agent.agent, target, at).then(() => { took.push(performance.now() - dueMs) }))
    }
    await Promise.all(all)
  })
}

async function measured(hub: Pick<Hub, 'pid'>, took: readonly number[], work: () => Promise<unknown>): Promise<Load> {
  const [cpu, began] = [await cpuOf(hub), performance.now()]
  await work()
  const seconds = (performance.now() - began) / 1000
  const sorted = took.toSorted((a, b) => a - b)
  return {
    wallMs: median(took), p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, cpuMs: ((await cpuOf(hub) - cpu) * 1000) / took.length, perSecond: took.length / seconds,
  }
}

/** Of the hub and everything it has started, as it is now: database connections come and go. */
export async function cpuOf(hub: Pick<Hub, 'pid'>): Promise<number> {
  return cpuSeconds(await processTree(hub.pid))
}

function openAgent(maxSockets: number): { readonly agent: Agent; [Symbol.dispose](): void } {
  const agent = new Agent({ keepAlive: true, maxSockets })
  return { agent, [Symbol.dispose]: () => { agent.destroy() } }
}

async function send(agent: Agent, { url, method = 'GET', paths, headers = {} }: Target, at: number): Promise<number> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const outgoing = request(new URL(paths[at % paths.length] ?? '/', url), { method, agent, headers }, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode} for ${paths[at % paths.length]}`))
    answer.on('end', resolve).on('error', reject).resume()
  })
  outgoing.on('error', reject).end()
  await promise
  return performance.now() - began
}
