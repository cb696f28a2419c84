// VIOLATES import/no-cycle: in a circle
import { forth } from './planted-cycle.ts'

export const back: string = forth
