import { cpus, loadavg } from 'node:os'

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle]
  const low = sorted[sorted.length % 2 === 1 ? middle : middle - 1]
  if (high === undefined || low === undefined) throw new Error('the median of nothing')
  return (low + high) / 2
}

/** The machine and what else it is doing, one line. */
export function machineLine(): string {
  const all = cpus()
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}, load ${loadavg().map((one) => one.toFixed(1)).join(' ')}, ${new Date().toISOString().slice(0, 16)}Z`
}

export interface Row {
  readonly what: string
  readonly hearth: string
  readonly peer: string
  readonly ratio: string
  readonly verdict: string
}

/** floor: must be reached; aim: is striven for. `ratio` is better when larger. */
export function verdictOf(ratio: number, floor: number, aim: number): string {
  if (ratio >= aim) return `aim reached (${aim})`
  return ratio >= floor ? `floor reached (${floor}), aim ${aim} not` : `BELOW THE FLOOR (${floor})`
}

/** The same where less is better; without a floor `floor` is Infinity. */
export function ceilingVerdict(value: number, floor: number, aim: number): string {
  if (value <= aim) return floor === aim ? `floor reached (${floor})` : `aim reached (${aim})`
  return value <= floor ? (floor === Infinity ? `aim ${aim} not reached` : `floor reached (${floor}), aim ${aim} not`) : `BELOW THE FLOOR (${floor})`
}

export function asTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${row.hearth} | ${row.peer} | ${row.ratio} | ${row.verdict} |`)
  return ['| what | Hearth | beside | ratio | verdict |', '| --- | --- | --- | --- | --- |', ...lines].join('\n')
}
