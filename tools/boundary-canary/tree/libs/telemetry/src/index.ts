export const telemetry = 'telemetry'
export type telemetryType = string
