export const hfapi = 'hf-api'
export type hfapiType = string
