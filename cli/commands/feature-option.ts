import { Option } from 'commander';

/** The one feature of promtool that rule files depend on; the collector itself has it always. */
export const EXPERIMENTAL_FUNCTIONS = 'promql-experimental-functions';

/** `--enable-feature`, as promtool's: without it, files that Prometheus would refuse are refused. */
export function featureOption(): Option {
  return new Option('--enable-feature <name>', "accept Prometheus' experimental functions").choices(
    [EXPERIMENTAL_FUNCTIONS],
  );
}
