export type { CallContext, CallOptions, MethodDefinition, ServiceClient, ServiceDefinition, ServiceHandlers, Transport } from './contract.ts'
