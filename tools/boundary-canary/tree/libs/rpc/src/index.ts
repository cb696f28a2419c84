export const rpc = 'rpc'
export type rpcType = string
