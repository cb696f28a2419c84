import { telemetry } from '@hearth/telemetry'
import type { RefStore } from './domain/ports.ts'

export const observe = (refs: RefStore): unknown => [telemetry, refs]
