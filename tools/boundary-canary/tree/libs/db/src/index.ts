export const db = 'db'
export type dbType = string
