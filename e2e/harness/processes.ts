import { readdir, readFile } from 'node:fs/promises'

/** Process ids below `pid`, itself included, as /proc shows them now. */
export async function processTree(pid: number): Promise<number[]> {
  const children = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = await parentOf(Number(name))
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const open = [pid]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next)
    open.push(...(children.get(next) ?? []))
  }
  return found
}

/** Proportional share of memory (PSS) of these processes, bytes. */
export async function pssBytes(pids: readonly number[]): Promise<number> {
  let sum = 0
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    sum += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024
  }
  return sum
}

/** User and system CPU time of these processes and their reaped children, seconds. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    ticks += [11, 12, 13, 14].reduce((total, index) => total + Number(fields[index] ?? 0), 0)
  }
  return ticks / 100
}

async function parentOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}
