import { useSignal } from '@preact/signals';

/** A command to be typed, with a button that copies it. */
export function Command({ text }: { text: string }) {
  const isCopied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    isCopied.value = true;
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${text}`}>
        {isCopied.value ? 'copied' : 'copy'}
      </button>
    </div>
  );
}
