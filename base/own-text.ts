/**
 * A copy of `text` in memory of its own: a part of a text keeps the whole of it in memory. For the few texts of a large message that outlive it.
 * @param text whole characters
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
