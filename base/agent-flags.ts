/**
 * Flags of Node for whoever starts an agent; measured in docs/decisions/0012-lean-agent.md. A process that works a millisecond
 * each second gains nothing from optimised code, helper threads or the built-in snapshot, but they take memory.
 */
export const LEAN_NODE_FLAGS: readonly string[] = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--no-opt',
  '--no-node-snapshot',
  '--max-semi-space-size=1',
  '--max-old-space-size=32',
  '--expose-gc',
];

/** The same for a compiler that Node 22 and later have; earlier ones refuse to start with it. */
export const NO_MAGLEV = '--no-maglev';

/** For the Node that comes with clustermon. */
export const AGENT_NODE_FLAGS: readonly string[] = [...LEAN_NODE_FLAGS, NO_MAGLEV];
