import { setTimeout as delay } from 'node:timers/promises'
import { say } from './checkout.mjs'

/** 0: stopped as asked. 64, 78: somebody has to change something first. */
const FINAL_CODES = [0, 64, 78]
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000
/** A run this long was not a failed start: the pauses begin anew. */
const STEADY_MS = 60_000
const MAX_QUICK_ENDS = 5

/** Runs the hub and starts it again when it dies without being told to; gives up when it dies at once, five times in a row. */
export async function supervise(run) {
  let isStopping = false
  const stop = () => { isStopping = true }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  let quickEnds = 0
  for (;;) {
    const startedMs = Date.now()
    const code = await run()
    if (isStopping || FINAL_CODES.includes(code)) return code
    quickEnds = Date.now() - startedMs > STEADY_MS ? 1 : quickEnds + 1
    if (quickEnds >= MAX_QUICK_ENDS) {
      say(`the hub ended with ${code} again; it is not started any more, see its log above`)
      return code
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (quickEnds - 1))
    say(`the hub ended with ${code}; starting it again in ${pauseMs} ms`)
    await delay(pauseMs)
    if (isStopping) return 0
  }
}
