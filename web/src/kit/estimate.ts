/** A waiting time as the server estimates it, in milliseconds: the median and the bounds it mostly keeps. */
export interface Estimate {
  median_ms: number
  low_ms: number
  high_ms: number
}

export interface EstimateMinutes {
  median: number
  low: number
  high: number
}

const MINUTE_MS = 60_000

/** Whole minutes to show: the median rounded, the bounds rounded outwards, so that the promise stays true. */
export function estimateMinutes(estimate: Estimate): EstimateMinutes {
  const median = Math.max(0, Math.round(estimate.median_ms / MINUTE_MS))
  const low = Math.max(0, Math.floor(estimate.low_ms / MINUTE_MS))
  const high = Math.max(median, Math.ceil(estimate.high_ms / MINUTE_MS))
  return { median, low: Math.min(low, median), high }
}
