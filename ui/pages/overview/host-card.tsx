import { useRef } from 'preact/hooks';
import type { HostSummary } from '../../../wire/http.ts';
import { sizeCanvas, traceSparkline } from '../../chart/sparkline.ts';
import { colours } from '../../data/theme.ts';
import type { Lens } from '../../lib/lens.ts';
import type { Domain } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';
import { STATE_SHAPES, Status } from '../../parts/status.tsx';
import { useDrawing } from '../../parts/use-drawing.ts';
import { HISTORY_SECONDS, type HostValues } from './host-values.ts';

interface HostCardProps {
  readonly host: HostSummary;
  readonly lens: Lens;
  readonly values: HostValues;
  readonly domain: Domain;
  readonly cell: { readonly x: number; readonly y: number };
  readonly cellSize: { readonly width: number; readonly height: number };
  readonly frame: { readonly width: number; readonly height: number };
}

const WIDTH = 236;
const HEIGHT = 132;
const LINE_HEIGHT = 40;

/** One host in a few words, beside its cell. */
export function HostCard({ host, lens, values, domain, cell, cellSize, frame }: HostCardProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const row = useRef(new Float32Array(HISTORY_SECONDS));
  const draw = () => {
    if (!canvas.current) return;
    const ctx = sizeCanvas(canvas.current, WIDTH - 18, LINE_HEIGHT);
    ctx.beginPath();
    const box = { x: 0, y: 1, width: WIDTH - 18, height: LINE_HEIGHT - 2 };
    traceSparkline(ctx, values.history.read(host.name, row.current), box, domain);
    ctx.strokeStyle = colours.peek().series[0]!;
    ctx.lineWidth = 1.25;
    ctx.stroke();
  };
  useDrawing(draw, [values.version, colours]);
  const right = cell.x + cellSize.width + 8;
  const left = right + WIDTH > frame.width ? Math.max(0, cell.x - WIDTH - 8) : right;
  const top = Math.max(0, Math.min(cell.y - 8, frame.height - HEIGHT));
  const labels = Object.entries(host.labels).map(([label, value]) => `${label} ${value}`);
  return (
    <div class="host-card" style={{ left: `${left}px`, top: `${top}px`, width: `${WIDTH}px` }}>
      <div class="host-card-head">
        <strong>{host.name}</strong>
        <Status shape={STATE_SHAPES[host.state]}>{host.state}</Status>
      </div>
      <div class="host-card-value">
        <span class="dim">{lens.title}</span>
        <LiveValue host={host.name} lens={lens} values={values} />
      </div>
      <canvas ref={canvas} key={host.name} />
      <div class="faint host-card-foot">
        <span>last 5 min</span>
        <span>{host.address}</span>
      </div>
      <div class="faint clipped">{labels.join(' · ')}</div>
    </div>
  );
}

function LiveValue({ host, lens, values }: { host: string; lens: Lens; values: HostValues }) {
  return (
    <b>{values.version.value >= 0 ? formatValue(values.value(lens, host), lens.units) : ''}</b>
  );
}
