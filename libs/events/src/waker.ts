/**
 * Runs `task` whenever it is woken, one run at a time; a wake during a run causes another one after it. The task says in
 * how many milliseconds it wants to run next at the latest.
 */
export class Waker {
  readonly #task: () => Promise<number>
  #running: Promise<void> | undefined
  #isWanted = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(task: () => Promise<number>) {
    this.#task = task
  }

  wake(): void {
    this.#isWanted = true
    if (this.#isClosed || this.#running !== undefined) return
    clearTimeout(this.#timer)
    this.#occupy(this.#run())
  }

  /** Runs `task` alone: not while a woken run is under way. */
  async exclusive<T>(task: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running
    const run = task()
    this.#occupy(run.then(() => undefined, () => undefined))
    return run
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    while (this.#running !== undefined) await this.#running
  }

  #occupy(run: Promise<void>): void {
    this.#running = run.finally(() => {
      this.#running = undefined
      if (this.#isWanted) this.wake()
    })
  }

  async #run(): Promise<void> {
    let nextMs = 0
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false
      nextMs = await this.#task()
    }
    if (this.#isClosed) return
    this.#timer = setTimeout(() => this.wake(), nextMs)
    this.#timer.unref()
  }
}
