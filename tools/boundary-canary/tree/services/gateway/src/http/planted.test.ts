// VIOLATES boundaries/dependencies: a test sees its own service only
import { refStore } from '../../../storage/src/stores/refs.pg.ts'

export const planted = refStore
