import { config } from '@hearth/config'

export const loadConfig = (env = process.env): string => `${config}${env['HEARTH_STORAGE_PORT'] ?? ''}`
