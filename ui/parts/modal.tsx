import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

interface ModalProps {
  readonly isOpen: Signal<boolean>;
  readonly label: string;
  readonly className?: string;
  readonly children: preact.ComponentChildren;
}

/** A dialog over the page; Escape and a click beside it close it. */
export function Modal({ isOpen, label, className = '', children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = isOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class={className}
      aria-label={label}
      closedby="any"
      onClose={() => {
        isOpen.value = false;
      }}
    >
      {open ? children : null}
    </dialog>
  );
}
