// VIOLATES boundaries/dependencies: a pure library uses infrastructure, only for its type
import type { configType } from '@hearth/config'
// VIOLATES boundaries/dependencies: a pure library uses a service
import { startAuth } from '@hearth/auth'
// VIOLATES no-restricted-imports: a pure library reads the disk
import { readFileSync } from 'node:fs'

export const planted = [startAuth, readFileSync]
export type Planted = configType
