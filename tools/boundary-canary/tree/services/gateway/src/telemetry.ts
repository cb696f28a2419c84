import type { routes } from './http/routes.ts'
// VIOLATES boundaries/dependencies: telemetry implements a layer's observer, it uses none of its values
import { planted } from './http/values.ts'

export const observe = (): readonly string[] => [planted]
export type Observed = typeof routes
