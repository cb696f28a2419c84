/** Exit code of a start that cannot work until somebody changes something (sysexits' EX_CONFIG). */
const EXIT_CONFIG = 78

/** The program must not start: `message` says why and what helps. A main prints it without a stack and exits with `exitCode`. */
export class StartRefused extends Error {
  readonly exitCode = EXIT_CONFIG

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StartRefused'
  }
}
