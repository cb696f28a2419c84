import { startHub } from '../e2e/harness/hub.ts'

export const measured = startHub()
