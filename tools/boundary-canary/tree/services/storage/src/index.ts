export { startStorage } from './service.ts'
