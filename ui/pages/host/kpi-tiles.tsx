import { effect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { HostDetail } from '../../../wire/http.ts';
import { sizeCanvas, traceSparkline } from '../../chart/sparkline.ts';
import { loadSeries } from '../../data/history.ts';
import { clockReady, nowS, reconnects, subscribe } from '../../data/live.ts';
import { colours } from '../../data/theme.ts';
import { chooseKpis, type Kpi } from '../../lib/kpi.ts';
import { TimeWindow } from '../../lib/time-window.ts';
import { formatValue } from '../../lib/units.ts';

const TILES = 8;
const SECONDS = 300;
const LINE_HEIGHT = 26;

/** The state of the host in numbers, each with its last five minutes, whatever range the charts show. */
export function KpiTiles({ host }: { host: HostDetail }) {
  const keys = host.series.map((one) => one.key).join('\n');
  const kpis = useMemo(() => chooseKpis(new Set(keys.split('\n')), TILES), [keys]);
  return (
    <ul class="kpis" aria-label="Now">
      {kpis.map((kpi) => (
        <KpiTile key={kpi.title} host={host.name} kpi={kpi} />
      ))}
    </ul>
  );
}

function KpiTile({ host, kpi }: { host: string; kpi: Kpi }) {
  const number = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // Effects end a moment after their elements are taken away.
    const [text, line] = [number.current!, canvas.current!];
    const rows = new TimeWindow(kpi.keys.length);
    let isShown = true;
    const show = () => {
      rows.dropBefore(nowS.peek() - SECONDS);
      const values = rows.times.map((_, row) =>
        kpi.value(rows.columns.map((column) => column[row] ?? Number.NaN)),
      );
      text.textContent = formatValue(values.at(-1), kpi.units);
      drawLine(line, values, kpi.max);
    };
    const load = async () => {
      await clockReady;
      const series = kpi.keys.map((key) => ({ key, metric: key }));
      const window = { fromS: nowS.peek() - SECONDS, toS: nowS.peek() };
      const { startS, stepSeconds, columns } = await loadSeries(host, series, window);
      rows.load(startS, stepSeconds, columns);
      if (isShown) show();
    };
    const stopLoading = effect(() => {
      void reconnects.value;
      // The charts below say what is wrong; the tile goes on with live values.
      load().catch(() => {});
    });
    const want = { series: kpi.keys.map((key) => ({ host, key })) };
    const stop = subscribe(want, (frame) => {
      rows.append(Math.round(frame.timeMs / 1000), (column) =>
        frame.series(host, kpi.keys[column]!),
      );
      show();
    });
    return () => {
      isShown = false;
      stopLoading();
      stop();
    };
  }, [host, kpi]);
  return (
    <li class="panel kpi">
      <span class="dim">{kpi.title}</span>
      <b ref={number}>–</b>
      <canvas ref={canvas} />
    </li>
  );
}

function drawLine(canvas: HTMLCanvasElement, values: readonly number[], max: number | null): void {
  const width = canvas.parentElement!.clientWidth - 18;
  const ctx = sizeCanvas(canvas, width, LINE_HEIGHT);
  const known = values.filter((value) => !Number.isNaN(value));
  const top = max ?? Math.max(1e-9, ...known) * 1.1;
  ctx.beginPath();
  traceSparkline(ctx, values, { x: 0, y: 1, width, height: LINE_HEIGHT - 2 }, { min: 0, max: top });
  ctx.strokeStyle = colours.peek().series[0]!;
  ctx.lineWidth = 1.25;
  ctx.stroke();
}
