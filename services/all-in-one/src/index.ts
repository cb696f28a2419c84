export { startHub, type Hub } from './hub.ts'
export { loadHubConfig, type HubConfig } from './config.ts'
