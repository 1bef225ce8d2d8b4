/** A share of 0 to 1 as a bar beside its number. It is a background: its size needs no layout. */
export function Bar({ share }: { share: number }) {
  const percent = Math.round(Math.max(0, Math.min(1, share)) * 100);
  return <span class="bar" aria-hidden="true" style={{ backgroundSize: `${percent}% 100%` }} />;
}
