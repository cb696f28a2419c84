/**
 * A score that fades by 1/e in seven days without being touched: what is stored is
 * ln(sum of weight * exp(time / 7 days)), with time from 2020, so that only additions change it and the order of repos
 * holds while time passes. 0 stands for nothing. `trending_after` in SQL adds to it.
 */
const FADE_MS = 7 * 24 * 3600 * 1000
const BEGIN_MS = Date.UTC(2020, 0, 1)

/** The score now, as the API shows it. */
export function trendingScoreAt(stored: number, now: Date): number {
  if (stored <= 0) return 0
  return Math.round(Math.exp(stored - (now.getTime() - BEGIN_MS) / FADE_MS))
}
