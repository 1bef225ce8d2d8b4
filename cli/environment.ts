import { userInfo } from 'node:os';

/** A variable of the environment; an empty one counts as not set, as in `CLUSTERMON_DATA= clustermon …`. */
export function variable(name: `CLUSTERMON_${string}`): string | undefined {
  return process.env[name] || undefined;
}

/** Who runs the command. In a container a user may have a number and no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.geteuid?.()}`;
  }
}
