export interface Skip {
  readonly name: string
  readonly reason: string
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skips: readonly Skip[]
}

export const EMPTY: Tally = { passed: 0, failed: 0, skips: [] }

export function addTallies(...tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, one) => sum + one.passed, 0),
    failed: tallies.reduce((sum, one) => sum + one.failed, 0),
    skips: tallies.flatMap((one) => one.skips),
  }
}

/** The last line of every run. */
export function tallyLine({ passed, failed, skips }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skips.length} skipped`
}

/** A run in which nothing ran has not passed. */
export function exitCodeOf({ passed, failed }: Tally): number {
  return failed === 0 && passed > 0 ? 0 : 1
}
