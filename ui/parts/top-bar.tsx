import { linkTo, page } from '../data/router.ts';
import { theme, toggleTheme } from '../data/theme.ts';
import type { Page } from '../lib/route.ts';
import { Counts } from './counts.tsx';
import { helpIsOpen } from './keyboard.tsx';
import { LiveBadge } from './live-badge.tsx';
import { paletteIsOpen } from './palette.tsx';
import { RangePicker } from './range-picker.tsx';

const TABS: readonly {
  readonly text: string;
  readonly page: Page;
  readonly names: readonly Page['name'][];
}[] = [
  { text: 'Overview', page: { name: 'overview' }, names: ['overview', 'host'] },
  { text: 'Machines', page: { name: 'machines' }, names: ['machines', 'machine'] },
  { text: 'Alerts', page: { name: 'alerts' }, names: ['alerts'] },
  { text: 'Metrics', page: { name: 'metrics' }, names: ['metrics', 'metric'] },
  { text: 'Views', page: { name: 'views' }, names: ['views', 'view'] },
  { text: 'Explore', page: { name: 'explore' }, names: ['explore'] },
];

export function TopBar() {
  return (
    <header class="top">
      <a class="brand" href={linkTo({ name: 'overview' })} aria-label="clustermon, overview">
        <img src="/favicon.svg" width="16" height="16" alt="" />
        clustermon
      </a>
      <nav class="tabs" aria-label="Pages">
        {TABS.map((tab) => (
          <a
            key={tab.text}
            href={linkTo(tab.page)}
            aria-current={tab.names.includes(page.value.name) ? 'page' : undefined}
          >
            {tab.text}
          </a>
        ))}
      </nav>
      <Counts />
      <div class="top-end">
        <button
          type="button"
          class="search-button"
          aria-label="Search hosts, metrics and actions"
          onClick={() => {
            paletteIsOpen.value = true;
          }}
        >
          Search <kbd>/</kbd>
        </button>
        <RangePicker />
        <LiveBadge />
        <button
          type="button"
          aria-label={
            theme.value === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme'
          }
          title="Theme (t)"
          onClick={toggleTheme}
        >
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
        <button
          type="button"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => {
            helpIsOpen.value = true;
          }}
        >
          ?
        </button>
      </div>
    </header>
  );
}
