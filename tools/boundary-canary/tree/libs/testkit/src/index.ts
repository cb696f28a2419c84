export const testkit = 'testkit'
export type testkitType = string
