import { startHub } from '../harness/hub.ts'

export const tested = [startHub, fetch, process.env['HOME']]
