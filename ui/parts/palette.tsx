import { signal, useSignal } from '@preact/signals';
import { useEffect, useId, useMemo } from 'preact/hooks';
import { catalogue } from '../data/catalogue.ts';
import { compareHosts, matchersInMind } from '../data/context.ts';
import { openSilence } from '../data/handling.ts';
import { hosts } from '../data/live.ts';
import { stopped } from '../data/pause.ts';
import { go, setRange, toggleCompare } from '../data/router.ts';
import { toggleTheme } from '../data/theme.ts';
import { loadViews, views } from '../data/views.ts';
import { type Choice, search } from '../lib/search.ts';
import { PRESETS } from '../lib/time-range.ts';
import { Modal } from './modal.tsx';

interface Action extends Choice {
  readonly run: () => void;
}

export const paletteIsOpen = signal(false);

const ROWS_MAX = 12;

/** Anything by its name: hosts, metrics, pages, actions. */
export function Palette() {
  return (
    <Modal isOpen={paletteIsOpen} label="Search" className="palette">
      <PaletteBody />
    </Modal>
  );
}

function PaletteBody() {
  const id = useId();
  const query = useSignal('');
  const current = useSignal(0);
  const actions = useMemo(allActions, [hosts.value, catalogue.value, views.value]);
  useEffect(loadViews, []);
  const found = search(actions, query.value, ROWS_MAX);
  const at = Math.min(current.value, found.length - 1);
  const run = (action: Action | undefined) => {
    if (!action) return;
    paletteIsOpen.value = false;
    action.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') current.value = Math.min(found.length - 1, at + 1);
    else if (event.key === 'ArrowUp') current.value = Math.max(0, at - 1);
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: a search field has this role only with a datalist
        role="combobox"
        list={undefined}
        aria-label="Search"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        placeholder="A host, a metric, a page, an action …"
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          current.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label="Results" class="results">
        {found.map((action, index) => (
          <div
            key={action.kind + action.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            onPointerDown={() => run(action)}
          >
            <span>{action.text}</span>
            <span class="faint clipped">{action.detail}</span>
            <span class="kind">{action.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p class="faint">Nothing has this name.</p> : null}
    </>
  );
}

function allActions(): Action[] {
  return [
    { kind: 'page', text: 'Overview', detail: 'g o', run: () => go({ name: 'overview' }) },
    { kind: 'page', text: 'Machines', detail: 'g p', run: () => go({ name: 'machines' }) },
    { kind: 'page', text: 'Alerts', detail: 'g a', run: () => go({ name: 'alerts' }) },
    { kind: 'page', text: 'Metrics', detail: 'g m', run: () => go({ name: 'metrics' }) },
    { kind: 'page', text: 'Views', detail: 'g v', run: () => go({ name: 'views' }) },
    { kind: 'page', text: 'Explore', detail: 'g e', run: () => go({ name: 'explore' }) },
    ...hosts.value.map((host) => ({
      kind: 'host',
      text: host.name,
      detail: [host.address, ...Object.values(host.labels)].join(' '),
      run: () => go({ name: 'host', host: host.name }),
    })),
    ...views.value.map((view) => ({
      kind: 'view',
      text: view.title,
      detail: `${view.name} ${view.description}`,
      run: () => go({ name: 'view', view: view.name }),
    })),
    ...catalogue.value.map((metric) => ({
      kind: 'metric',
      text: metric.name,
      detail: metric.title,
      run: () => go({ name: 'metric', metric: metric.name }),
    })),
    ...PRESETS.map(({ text, seconds }) => ({
      kind: 'time',
      text: `Last ${text}`,
      detail: '',
      run: () => setRange({ kind: 'live', seconds }),
    })),
    {
      kind: 'action',
      text: 'Compare with yesterday',
      detail: 'y',
      run: () => toggleCompare('24h'),
    },
    { kind: 'action', text: 'Compare with last week', detail: 'w', run: () => toggleCompare('7d') },
    { kind: 'action', text: 'Compare hosts', detail: 'c', run: compareHosts },
    {
      kind: 'action',
      text: 'Silence alerts',
      detail: 's',
      run: () => openSilence(matchersInMind()),
    },
    { kind: 'action', text: 'Dark or light theme', detail: 't', run: toggleTheme },
    {
      kind: 'action',
      text: 'Hold the charts still or go on',
      detail: 'Space',
      run: () => {
        stopped.value = !stopped.value;
      },
    },
  ];
}
