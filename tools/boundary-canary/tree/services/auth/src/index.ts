export const startAuth = (): string => 'auth'
