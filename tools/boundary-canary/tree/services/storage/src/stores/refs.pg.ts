import { db } from '@hearth/db'
import type { RefStore } from '../domain/ports.ts'

export const refStore: RefStore = { move: async (to) => `${db}${to}` }
