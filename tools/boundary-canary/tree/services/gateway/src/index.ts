export const startGateway = (): string => 'gateway'
