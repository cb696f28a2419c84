// VIOLATES boundaries/dependencies: the all-in-one reaches into a layer
import { refStore } from '../../storage/src/stores/refs.pg.ts'

export const planted = refStore
