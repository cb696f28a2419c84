import { defineConfig } from 'vitest/config'

const SIMULATION = ['services/*/test/simulation/**/*.test.ts', 'libs/*/test/simulation/**/*.test.ts', 'e2e/simulation/**/*.test.ts']
const CRASH = ['e2e/full/**/crash*.test.ts', 'e2e/crash/**/*.test.ts']
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    teardownTimeout: 20 * SECOND_MS,
    allowOnly: process.env['CI'] === undefined,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['libs/**/*.test.ts', 'services/**/*.test.ts', 'proto/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'tools/boundary-canary/tree/**', ...SIMULATION],
          testTimeout: 20 * SECOND_MS,
          hookTimeout: MINUTE_MS,
          // One database server for all files of a run, started when the first of them asks for it.
          globalSetup: ['libs/testkit/src/global-setup.ts'],
        },
      },
      blackBox('e2e-core', { include: ['e2e/core/**/*.test.ts'], minutes: 5, order: 1 }),
      blackBox('e2e-full', { include: ['e2e/full/**/*.test.ts'], exclude: CRASH, minutes: 10, order: 2 }),
      { extends: true, test: { name: 'simulation', include: SIMULATION, testTimeout: 5 * MINUTE_MS, sequence: { groupOrder: 3 } } },
      blackBox('crash', { include: CRASH, minutes: 25, order: 4, workers: 1 }),
      blackBox('soak', { include: ['e2e/soak/**/*.test.ts'], minutes: 120, order: 5, workers: 1 }),
    ],
  },
})

interface BlackBox {
  readonly include: string[]
  readonly exclude?: string[]
  readonly minutes: number
  readonly order: number
  readonly workers?: number
}

/** Tests against a hub in a process of its own; each kind after the one before, so that they do not slow each other down. */
function blackBox(name: string, { include, exclude = [], minutes, order, workers = 2 }: BlackBox) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', ...exclude],
      testTimeout: minutes * MINUTE_MS,
      hookTimeout: 3 * MINUTE_MS,
      maxWorkers: workers,
      sequence: { groupOrder: order },
    },
  }
}
