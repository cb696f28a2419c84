export const ids = 'ids'
export type idsType = string
