import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { View, ViewFile } from '../../wire/views.ts';
import { alerts, nowS } from '../data/live.ts';
import { useLoaded } from '../data/load.ts';
import { stopped } from '../data/pause.ts';
import { params, setParams } from '../data/router.ts';
import { loadViews, views } from '../data/views.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { parseDuration } from '../lib/time-range.ts';
import { Counts } from '../parts/counts.tsx';
import { LiveBadge } from '../parts/live-badge.tsx';
import { NotLoaded } from '../parts/loading.tsx';
import { SEVERITY_SHAPES, Status } from '../parts/status.tsx';
import { Rotation, rotationSeconds } from './rotation.ts';
import { valuesOf } from './variables.ts';
import { loadView } from './view-api.ts';
import { ViewBody } from './view-body.tsx';

const LOOK_AGAIN_SECONDS = 30;
/** Alerts that fit into the strip. */
const ALERTS_MAX = 4;

/** Views one after the other on a screen that nobody sits at: `/wall?views=a,b&every=30s`. */
export function Wall() {
  useEffect(() => {
    document.documentElement.classList.add('is-wall');
    return () => document.documentElement.classList.remove('is-wall');
  }, []);
  useEffect(loadViews, []);
  const asked = params.value.get('views');
  const names = (asked ?? views.value.map(({ name }) => name).join(','))
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (names.length === 0)
    return (
      <p class="faint" role="status">
        Loading …
      </p>
    );
  const seconds = rotationSeconds(parseDuration(params.value.get('every') ?? ''));
  return <Rotating key={`${names} ${seconds}`} names={names} seconds={seconds} />;
}

function Rotating({ names, seconds }: { names: readonly string[]; seconds: number }) {
  const rotation = useMemo(() => new Rotation(names.length, seconds), []);
  const index = useSignal(0);
  const isHeld = useSignal(false);
  useEffect(() => {
    const show = () => {
      index.value = rotation.index;
      isHeld.value = rotation.isHeld || stopped.peek();
    };
    const timer = setInterval(() => {
      if (!stopped.peek()) rotation.tick();
      show();
    }, 1_000);
    const touch = () => {
      rotation.hold();
      show();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'ArrowRight') rotation.go(1);
      if (event.key === 'ArrowLeft') rotation.go(-1);
      touch();
    };
    addEventListener('pointermove', touch);
    addEventListener('keydown', onKey);
    return () => {
      clearInterval(timer);
      removeEventListener('pointermove', touch);
      removeEventListener('keydown', onKey);
    };
  }, []);
  const name = names[index.value]!;
  return (
    <div class="wall">
      <WallView key={name} name={name}>
        <span class="wall-place" role="status">
          {names.length === 1
            ? ''
            : `${index.value + 1} of ${names.length}${isHeld.value ? ', held' : ''}`}
        </span>
      </WallView>
    </div>
  );
}

function WallView({ name, children }: { name: string; children: preact.ComponentChildren }) {
  const { state, reload } = useLoaded<ViewFile>(() => loadView(name), name, LOOK_AGAIN_SECONDS);
  const view = state.kind === 'loaded' ? state.value.view : null;
  useEffect(() => {
    // Each view has a range of its own; the one of the view before must not stay.
    if (view) setParams({ range: view.range, from: null, to: null });
  }, [view?.range]);
  return (
    <>
      <header class="wall-head">
        <h1>{view?.title ?? name}</h1>
        {children}
        <Counts />
        <LiveBadge />
        <Clock />
      </header>
      <AlertStrip />
      {view ? (
        <Fitted key={JSON.stringify(view)} view={view} />
      ) : state.kind === 'loaded' ? (
        <p role="alert" class="failure">
          The file {name}.yaml has problems; it cannot be shown.
        </p>
      ) : (
        <NotLoaded state={state} onRetry={reload} />
      )}
    </>
  );
}

function Clock() {
  return <time class="wall-clock">{dateTimeText(nowS.value).slice(-8)}</time>;
}

/** The most urgent alerts, or that there are none. */
function AlertStrip() {
  const firing = useComputed(() =>
    alerts.value
      .filter(({ state }) => state === 'firing')
      .toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical')),
  ).value;
  return (
    <section class="wall-alerts" aria-label="Alerts">
      {firing.length === 0 ? <Status shape="ok">no alerts</Status> : null}
      {firing.slice(0, ALERTS_MAX).map(({ rule, severity, labels }) => (
        <Status key={`${rule} ${JSON.stringify(labels)}`} shape={SEVERITY_SHAPES[severity]}>
          {rule} {labels['host']}
        </Status>
      ))}
      {firing.length > ALERTS_MAX ? <span>and {firing.length - ALERTS_MAX} more</span> : null}
    </section>
  );
}

/** How much heads and legends take is only known once they are there, and changes when lines come. */
const FIT_AFTER_MS = 400;
/** So often at most: two heights that take turns would go on for ever. */
const FITS_MAX = 8;
/** Left free below the view. */
const BOTTOM_PX = 12;
const SCALE_MIN = 0.4;
const SCALE_MAX = 4;

/** A view whose drawings are as high as the screen allows. */
function Fitted({ view }: { view: View }) {
  const frame = useRef<HTMLDivElement>(null);
  const scale = useSignal(1);
  useEffect(() => {
    const element = frame.current!;
    let fits = 0;
    let timer: number | undefined;
    const fit = () => {
      const drawings = heightOf(view);
      const rest = element.scrollHeight - drawings * scale.peek();
      const room = innerHeight - element.getBoundingClientRect().top - BOTTOM_PX - rest;
      const wanted = Math.min(SCALE_MAX, Math.max(SCALE_MIN, room / drawings));
      if (Math.abs(wanted / scale.peek() - 1) < 0.02 || fits >= FITS_MAX) return;
      fits += 1;
      scale.value = wanted;
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(fit, FIT_AFTER_MS);
    };
    const onWindow = () => {
      fits = 0;
      soon();
    };
    const observer = new ResizeObserver(soon);
    observer.observe(element);
    addEventListener('resize', onWindow);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      removeEventListener('resize', onWindow);
    };
  }, []);
  return (
    <div ref={frame}>
      <ViewBody view={view} values={valuesOf(view.variables, params.value)} scale={scale.value} />
    </div>
  );
}

/** Of the drawings, one line of panels below the other; CSS pixels. */
function heightOf(view: View): number {
  let sum = 0;
  for (const { panels } of view.rows) {
    let [columns, highest] = [0, 0];
    for (const { width, height } of panels) {
      if (columns + width > 12) {
        sum += highest;
        [columns, highest] = [0, 0];
      }
      columns += width;
      highest = Math.max(highest, height);
    }
    sum += highest;
  }
  return Math.max(1, sum);
}
