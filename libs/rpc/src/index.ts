export type { CallContext, CallOptions, MethodDefinition, ServiceClient, ServiceDefinition, ServiceHandlers, Transport } from './contract.ts'
export {
  ACTOR_TOKEN_LIFETIME_MS, createActorVerifier, signActorToken,
  type ActorSigningKey, type ActorVerifier, type ActorVerifierOptions, type KeySet, type SignedActorToken,
} from './actor-token.ts'
export { createServiceTokenSource, fetchKeysFrom, forwardCall } from './auth-clients.ts'
export { startGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc-server.ts'
export { HealthService, ServingStatus } from './health.ts'
export { createInProcessServer, createInProcessTransport, type InProcessServer, type InProcessServerOptions } from './in-process.ts'
export { DEFAULT_TIMEOUT_MS, MAX_MESSAGE_BYTES } from './limits.ts'
export { serve, type ServedService } from './served-service.ts'
export type { CallRecord, RpcServerOptions } from './server-core.ts'
export { createTcpTransport, readMethods, type TcpTransportOptions } from './tcp-transport.ts'
