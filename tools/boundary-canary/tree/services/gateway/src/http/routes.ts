export const routes: readonly string[] = []
