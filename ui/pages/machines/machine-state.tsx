import type { NodeState, PxeNode } from '../../../wire/pxe.ts';
import { formatValue } from '../../lib/units.ts';
import { Status } from '../../parts/status.tsx';

const SHAPES = {
  discovered: 'info',
  approved: 'busy',
  booting: 'busy',
  installing: 'busy',
  installed: 'busy',
  joined: 'ok',
  up: 'ok',
  down: 'down',
  failed: 'crit',
  stopped: 'off',
  retired: 'off',
} as const satisfies Readonly<Record<NodeState, string>>;

export function MachineState({ state }: { state: NodeState }) {
  return <Status shape={SHAPES[state]}>{state}</Status>;
}

/** Tasks of an installation as boxes: done, the one that runs, to come. */
export function Steps({ node }: { node: PxeNode }) {
  const { progress } = node;
  if (!progress) return null;
  const { index, count, task, percent, bytesPerSecond } = progress;
  return (
    <div>
      <div
        class="steps"
        role="progressbar"
        aria-valuenow={index}
        aria-valuemin={0}
        aria-valuemax={count}
        aria-label={`Task ${index} of ${count}`}
      >
        {Array.from({ length: count }, (_, at) => (
          <i key={at} class={at + 1 < index ? 'done' : at + 1 === index ? 'now' : ''} />
        ))}
      </div>
      <span class="faint">
        {task} {index}/{count} · {Math.round(percent)} %
        {bytesPerSecond === undefined ? '' : ` · ${formatValue(bytesPerSecond, 'bytes/sec')}`}
      </span>
    </div>
  );
}
