import { untracked, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { HostSummary, Severity } from '../../../wire/http.ts';
import { sizeCanvas } from '../../chart/sparkline.ts';
import { go } from '../../data/router.ts';
import { colours } from '../../data/theme.ts';
import type { Lens } from '../../lib/lens.ts';
import {
  type Box,
  cellAt,
  cellsIn,
  groupHosts,
  layout,
  type MapLayout,
  neighbour,
} from '../../lib/rack-map.ts';
import type { Domain } from '../../lib/ramp.ts';
import { formatValue } from '../../lib/units.ts';
import { useDrawing } from '../../parts/use-drawing.ts';
import { useSize } from '../../parts/use-size.ts';
import { HostCard } from './host-card.tsx';
import type { HostValues } from './host-values.ts';
import { MapPainter } from './map-drawing.ts';

export interface RackMapProps {
  readonly hosts: readonly HostSummary[];
  readonly groupBy: string;
  readonly lens: Lens;
  readonly values: HostValues;
  readonly domain: Domain;
  readonly severities: ReadonlyMap<string, Severity>;
  readonly installing: ReadonlySet<string>;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (names: readonly string[]) => void;
}

const DRAG_PX_MIN = 5;
const ARROWS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** All hosts as cells. Hover shows one, a click or Enter opens it, dragging a box or Shift-click selects. */
export function RackMap(props: RackMapProps) {
  const { hosts, groupBy, lens, values } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const current = useSignal(-1);
  const spoken = useSignal('');
  /** A host that was spoken of before its value was there. */
  const owed = useRef<HostSummary | undefined>(undefined);
  const drag = useSignal<Box | null>(null);
  const groups = useMemo(() => groupHosts(hosts, groupBy), [hosts, groupBy]);
  const ordered = useMemo(() => groups.flatMap((group) => group.hosts), [groups]);
  const { width, height } = size.value;
  const map = useMemo(() => layout(groups, width, height), [groups, width, height]);
  const painter = useRef(new MapPainter());
  const sized = useRef<MapLayout | null>(null);

  const draw = () => {
    if (!canvas.current || width === 0) return;
    // In the same step as the first drawing of a layout: a canvas that changes its size is empty.
    if (sized.current !== map) sizeCanvas(canvas.current, map.width, map.height);
    sized.current = map;
    painter.current.paint(canvas.current.getContext('2d')!, colours.peek(), {
      layout: map,
      hosts: ordered,
      value: (host) => values.value(lens, host),
      units: lens.units,
      domain: props.domain,
      severity: (host) => props.severities.get(host),
      isInstalling: (host) => props.installing.has(host),
      selected: props.selected,
      current: current.peek(),
    });
  };
  useDrawing(draw, [values.version, current, colours]);

  const speak = (host: HostSummary | undefined) => {
    const value = host ? values.value(lens, host.name) : Number.NaN;
    owed.current = Number.isNaN(value) ? host : undefined;
    spoken.value = host ? sentence(host, lens, value) : '';
  };
  useEffect(
    () => values.version.subscribe(() => untracked(() => owed.current && speak(owed.current))),
    [values, lens],
  );

  const place = (event: MouseEvent) => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const onPointerMove = (event: PointerEvent) => {
    const { x, y } = place(event);
    const start = drag.peek();
    if (start) drag.value = { ...start, right: x, bottom: y };
    else current.value = cellAt(map, x, y);
  };
  const onPointerUp = (event: PointerEvent) => {
    const box = drag.peek();
    drag.value = null;
    if (!box) return;
    if (isDrag(box))
      return props.onSelect(cellsIn(map, upright(box)).map((cell) => ordered[cell]!.name));
    const name = ordered[cellAt(map, box.left, box.top)]?.name;
    if (name === undefined) props.onSelect([]);
    else if (event.shiftKey || event.ctrlKey) props.onSelect(toggled(props.selected, name));
    else go({ name: 'host', host: name });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    const host = ordered[current.peek()];
    if (arrow) {
      current.value = neighbour(map, current.peek(), ...arrow);
      speak(ordered[current.peek()]);
    } else if (event.key === 'Enter' && host) go({ name: 'host', host: host.name });
    else if (event.key === ' ' && host) props.onSelect(toggled(props.selected, host.name));
    else if (event.key === 'Escape') props.onSelect([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = current.value >= 0 && !drag.value ? ordered[current.value] : undefined;
  return (
    <div
      class="map-frame"
      ref={frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move in it
      tabIndex={0}
      role="application"
      aria-roledescription="rack map"
      aria-label={`${hosts.length} hosts coloured by ${lens.title}. Arrow keys move, Enter opens a host, Space selects.`}
      onKeyDown={onKeyDown}
      onBlur={() => {
        current.value = -1;
        owed.current = undefined;
      }}
    >
      <canvas
        ref={canvas}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const { x, y } = place(event);
          drag.value = { left: x, top: y, right: x, bottom: y };
          canvas.current!.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          current.value = -1;
        }}
      />
      <DragBox box={drag.value} />
      {shown ? (
        <HostCard
          host={shown}
          lens={lens}
          values={values}
          domain={props.domain}
          cell={map.cells[current.value]!}
          cellSize={{ width: map.cellWidth, height: map.cellHeight }}
          frame={size.value}
        />
      ) : null}
      <span class="hidden-text" role="status" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}

function DragBox({ box }: { box: Box | null }) {
  if (!box || !isDrag(box)) return null;
  const { left, top, right, bottom } = upright(box);
  return (
    <div
      class="drag-box"
      style={{
        left: `${left}px`,
        top: `${top}px`,
        width: `${right - left}px`,
        height: `${bottom - top}px`,
      }}
    />
  );
}

function isDrag(box: Box): boolean {
  return (
    Math.abs(box.right - box.left) > DRAG_PX_MIN || Math.abs(box.bottom - box.top) > DRAG_PX_MIN
  );
}

function upright(box: Box): Box {
  return {
    left: Math.min(box.left, box.right),
    right: Math.max(box.left, box.right),
    top: Math.min(box.top, box.bottom),
    bottom: Math.max(box.top, box.bottom),
  };
}

function toggled(selected: ReadonlySet<string>, name: string): string[] {
  const next = new Set(selected);
  if (!next.delete(name)) next.add(name);
  return [...next];
}

function sentence(host: HostSummary, lens: Lens, value: number): string {
  return `${host.name}, ${host.state}, ${lens.title} ${formatValue(value, lens.units)}`;
}
