export const startHub = (): string => 'hub'
