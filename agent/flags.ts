/**
 * Flags of Node 24 for whoever starts an agent; measured in docs/decisions/0012-lean-agent.md. A process that works a millisecond
 * each second gains nothing from optimised code, helper threads or the built-in snapshot, but they take memory.
 */
export const AGENT_NODE_FLAGS: readonly string[] = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--no-opt',
  '--no-maglev',
  '--no-node-snapshot',
  '--max-semi-space-size=1',
  '--max-old-space-size=32',
];
