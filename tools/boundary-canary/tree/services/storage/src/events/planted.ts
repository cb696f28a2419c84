// VIOLATES boundaries/dependencies: events use a store
import { refStore } from '../stores/refs.pg.ts'

export const planted = refStore
// VIOLATES import/no-default-export: names are given where things are made
export default planted
