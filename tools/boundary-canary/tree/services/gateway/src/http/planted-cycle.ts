// VIOLATES import/no-cycle: in a circle
import { back } from './planted-cycle-back.ts'

export const forth: string = back
