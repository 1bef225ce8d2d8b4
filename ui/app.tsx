import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { startCatalogue } from './data/catalogue.ts';
import { startHappenings } from './data/happenings.ts';
import { page, params } from './data/router.ts';
import { applyTheme } from './data/theme.ts';
import { startZone, zone } from './data/zone.ts';
import { AlertsPage } from './pages/alerts/alerts-page.tsx';
import { ExplorePage } from './pages/explore/explore-page.tsx';
import { HostPage } from './pages/host/host-page.tsx';
import { MachinePage } from './pages/machines/machine-page.tsx';
import { MachinesPage } from './pages/machines/machines-page.tsx';
import { MetricPage } from './pages/metric/metric-page.tsx';
import { MetricsPage } from './pages/metric/metrics-page.tsx';
import { Overview } from './pages/overview/overview.tsx';
import { HandlingDialog } from './parts/handling-dialog.tsx';
import { Help, onGlobalKey } from './parts/keyboard.tsx';
import { ConnectionBanner } from './parts/live-badge.tsx';
import { Palette } from './parts/palette.tsx';
import { Problems } from './parts/problems.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { ViewsArea } from './views/views-area.tsx';

export function App() {
  useEffect(() => {
    startCatalogue();
    startHappenings();
    startZone();
    addEventListener('keydown', onGlobalKey);
    return () => removeEventListener('keydown', onGlobalKey);
  }, []);
  useSignalEffect(applyTheme);
  useSignalEffect(() => {
    document.title = titleOf();
  });
  return (
    <>
      {params.value.has('embed') || page.value.name === 'wall' ? null : <TopBar />}
      <ConnectionBanner />
      <Problems />
      <main id="main" key={zone.value}>
        <CurrentPage />
      </main>
      <Palette />
      <Help />
      <HandlingDialog />
    </>
  );
}

function CurrentPage() {
  const current = page.value;
  switch (current.name) {
    case 'overview':
      return <Overview />;
    case 'host':
      return <HostPage key={current.host} name={current.host} />;
    case 'alerts':
      return <AlertsPage />;
    case 'machines':
      return <MachinesPage />;
    case 'machine':
      return <MachinePage key={current.machine} name={current.machine} />;
    case 'metrics':
      return <MetricsPage />;
    case 'metric':
      return <MetricPage key={current.metric} name={current.metric} />;
    case 'explore':
      return <ExplorePage />;
    case 'views':
    case 'view':
    case 'wall':
      return <ViewsArea page={current} />;
    case 'unknown':
      return (
        <section class="panel empty">
          <h1>There is no such page</h1>
          <p class="dim">
            Nothing is at <code>{current.path}</code>. <a href="/">Go to the overview</a>
          </p>
        </section>
      );
  }
}

function titleOf(): string {
  const current = page.value;
  switch (current.name) {
    case 'overview':
    case 'unknown':
      return 'clustermon';
    case 'host':
      return `${current.host} · clustermon`;
    case 'view':
      return `${current.view} · clustermon`;
    case 'machine':
      return `${current.machine} · clustermon`;
    case 'metric':
      return `${current.metric} · clustermon`;
    case 'alerts':
    case 'machines':
    case 'metrics':
    case 'explore':
    case 'views':
    case 'wall':
      return `${current.name} · clustermon`;
  }
}
