import { useRef } from 'preact/hooks';

/** An order that changes each second, except while somebody points into the list or has the focus in it: what is read stays where it is. */
export function useHeld<T>(current: () => T): {
  readonly value: T;
  /** Of the element that holds the list. */
  readonly handlers: Readonly<
    Record<'onPointerEnter' | 'onPointerLeave' | 'onFocusIn' | 'onFocusOut', () => void>
  >;
} {
  const held = useRef<{ readonly value: T } | null>(null);
  const value = held.current ? held.current.value : current();
  const hold = () => {
    held.current ??= { value };
  };
  const release = () => {
    held.current = null;
  };
  const handlers = {
    onPointerEnter: hold,
    onPointerLeave: release,
    onFocusIn: hold,
    onFocusOut: release,
  };
  return { value, handlers };
}
