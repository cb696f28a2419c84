/** Exit code of a program whose configuration is wrong (sysexits' EX_CONFIG). */
const EXIT_CONFIG = 78

/** Everything that is wrong with the configuration, at once. A main prints `message` without a stack and exits with `exitCode`. */
export class ConfigError extends Error {
  readonly exitCode = EXIT_CONFIG
  /** One line per problem, each naming its variable. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}
