import type { BandPanel as BandSpec } from '../../wire/views.ts';
import { catalogue } from '../data/catalogue.ts';
import { BandChart } from '../pages/overview/band-chart.tsx';
import { PanelState } from './panel-state.tsx';

/** How one metric spreads over all hosts. */
export function BandPanel({ panel }: { panel: BandSpec }) {
  const metric = catalogue.value.find(({ name }) => name === panel.metric);
  if (metric?.labelNames.length === 0)
    return <BandChart metric={{ ...metric, title: panel.title }} height={panel.height} />;
  const state =
    catalogue.value.length === 0
      ? ({ kind: 'loading' } as const)
      : ({ kind: 'failed', message: reason(panel.metric, metric?.labelNames) } as const);
  return <PanelState panel={panel} state={state} onRetry={() => {}} />;
}

function reason(name: string, labels: readonly string[] | undefined): string {
  if (labels === undefined) return `No host has sent ${name}.`;
  return `${name} has several series per host (${labels.join(', ')}); a band needs one.`;
}
