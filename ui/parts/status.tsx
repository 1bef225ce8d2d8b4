import type { HostState, Severity } from '../../wire/http.ts';

type Shape = 'ok' | 'info' | 'warn' | 'crit' | 'down' | 'busy' | 'off';

/** A status as colour, shape and word, so that none of them is needed alone. */
export function Status({ shape, children }: { shape: Shape; children: preact.ComponentChildren }) {
  return (
    <span class="status">
      <i class={`shape ${shape}`} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}

export const STATE_SHAPES: Readonly<Record<HostState, Shape>> = {
  up: 'ok',
  down: 'down',
  stopped: 'off',
};

export const SEVERITY_SHAPES: Readonly<Record<Severity, Shape>> = {
  info: 'info',
  warning: 'warn',
  critical: 'crit',
};
