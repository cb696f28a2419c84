export const config = 'config'
export type configType = string
