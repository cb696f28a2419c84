export const sdk = 'sdk'
export type sdkType = string
