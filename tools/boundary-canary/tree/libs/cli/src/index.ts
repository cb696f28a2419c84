export const cli = 'cli'
export type cliType = string
