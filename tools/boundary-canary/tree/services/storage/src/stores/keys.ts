export const keyFor = (name: string): string => `v1/${name}`
