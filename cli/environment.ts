/** A variable of the environment; an empty one counts as not set, as in `CLUSTERMON_DATA= clustermon …`. */
export function variable(name: `CLUSTERMON_${string}`): string | undefined {
  return process.env[name] || undefined;
}
