import { HearthError, isHearthError } from '@hearth/errors'

/** setTimeout counts in 31 bits. */
const MAX_TIMER_MS = 2_000_000_000

/** One call's life on one side: a signal that aborts on cancellation, deadline or shutdown, always with a HearthError as reason. */
export class CallScope implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #parent: AbortSignal | undefined
  readonly #onParentAbort = (): void => this.abort(new HearthError('CANCELLED', 'the call was cancelled', { cause: this.#parent?.reason }))

  constructor(timeoutMs: number, parent: AbortSignal | undefined) {
    this.#parent = parent
    this.#timer = setTimeout(() => this.abort(new HearthError('DEADLINE_EXCEEDED', 'the call took too long')), Math.min(Math.max(timeoutMs, 0), MAX_TIMER_MS))
    this.#timer.unref()
    if (timeoutMs <= 0) this.abort(new HearthError('DEADLINE_EXCEEDED', 'the call took too long'))
    if (parent?.aborted === true) this.#onParentAbort()
    else parent?.addEventListener('abort', this.#onParentAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: HearthError): void {
    this.#controller.abort(reason)
  }

  /** `work`, or the reason of the abort as soon as there is one; the work itself must watch the signal to end. */
  async race<T>(work: Promise<T>): Promise<T> {
    let onAbort: (() => void) | undefined
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(this.signal.reason as Error)
      if (this.signal.aborted) onAbort()
      else this.signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([work, aborted])
    } finally {
      if (onAbort !== undefined) this.signal.removeEventListener('abort', onAbort)
    }
  }

  /** What a failure of the work means: an abort that came out of it in another form is still the abort. */
  explain(error: unknown): unknown {
    return this.signal.aborted && !isHearthError(error) ? this.signal.reason : error
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#parent?.removeEventListener('abort', this.#onParentAbort)
  }
}
