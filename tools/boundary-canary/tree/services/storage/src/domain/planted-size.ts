// VIOLATES max-params: five
export function planted(a: string, b: string, c: string, d: string, e: string): string {
  return a + b + c + d + e
}
