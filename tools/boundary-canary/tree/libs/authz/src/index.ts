export const authz = 'authz'
export type authzType = string
