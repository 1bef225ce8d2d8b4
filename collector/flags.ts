/**
 * Flags of Node 24 for whoever starts a collector. What the main thread makes each second, for rules above all, fits a nursery of 4 MB: with 2 MB
 * much of it outlives its scavenge, and collecting it costs twice as much; with Node's 16 MB the process takes 100 MB more
 * (docs/decisions/0067-datagrams-a-second.md). Worker threads have limits of their own.
 */
export const COLLECTOR_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
