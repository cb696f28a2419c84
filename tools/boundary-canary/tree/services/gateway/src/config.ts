// VIOLATES boundaries/dependencies: configuration knows no layer
import { routes } from './http/routes.ts'

export const planted = [routes, process.env['HEARTH_GATEWAY_PORT']]
