export { parts } from './main.ts'
