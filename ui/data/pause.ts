/** Whether the charts stand still: because the person said so, or because the pointer or the keyboard reads one of them. */
import { computed, signal } from '@preact/signals';

export const stopped = signal(false);
const reading = signal(0);

export const paused = computed(() => stopped.value || reading.value > 0);

/** Charts stand still until the result is called. */
export function beginReading(): () => void {
  reading.value += 1;
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    reading.value -= 1;
  };
}
