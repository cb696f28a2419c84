// VIOLATES boundaries/dependencies: telemetry knows the domain only
import { routes } from './http/routes.ts'

export const planted = routes
