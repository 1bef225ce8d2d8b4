import { Option } from 'commander';
import {
  EXPERIMENTAL_FEATURES,
  type ExperimentalFeature,
} from '../../collector/alerts/experimental.ts';
import { note } from '../output.ts';

/** `--enable-feature`, as promtool's: what is not enabled is refused, although the collector itself has it always. */
export function featureOption(): Option {
  return new Option(
    '--enable-feature <names>',
    `accept what Prometheus has as an experiment: ${EXPERIMENTAL_FEATURES.join(', ')}; may be repeated`,
  )
    .argParser((names: string, before: readonly ExperimentalFeature[]) => [
      ...before,
      ...names.split(',').flatMap(featureOf),
    ])
    .default([] as readonly ExperimentalFeature[], 'none');
}

/** As promtool, which has features that rule files do not depend on, it goes on without one that it does not know. */
function featureOf(name: string): readonly ExperimentalFeature[] {
  const found = EXPERIMENTAL_FEATURES.find((feature) => feature === name);
  if (found) return [found];
  if (name !== '') note(`warning: unknown feature passed to --enable-feature: ${name}`);
  return [];
}
