/**
 * Flags of Node for whoever starts an agent. Measured in docs/decisions/0010-lean-agent.md: one V8 thread less than four to keep
 * in memory, a small young generation (the agent makes hardly any garbage) and a bound on the heap.
 */
export const AGENT_NODE_FLAGS: readonly string[] = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--max-semi-space-size=1',
  '--max-old-space-size=32',
];
