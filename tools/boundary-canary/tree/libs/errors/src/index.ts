export const errors = 'errors'
export type errorsType = string
