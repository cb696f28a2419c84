// VIOLATES boundaries/dependencies: a service uses a service by its workspace name
import { startStorage } from '@hearth/storage'
// VIOLATES boundaries/dependencies: a service uses the all-in-one, by path
import { parts } from '../../all-in-one/src/main.ts'

export const planted = [startStorage, parts]
// VIOLATES typescript/no-explicit-any: unknown says the same and is checked
export type Planted = any
