/** Ranks what the palette offers by how well it fits what was typed. */

export interface Choice {
  readonly kind: string;
  readonly text: string;
  readonly detail: string;
}

/**
 * At most `max` choices that hold every word of the query, best first: those that begin with it, then those with a word that does, then
 * the rest; shorter texts before longer ones. Without a query the first ones as they come.
 */
export function search<T extends Choice>(choices: readonly T[], query: string, max: number): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices.slice(0, max);
  const scored: { choice: T; score: number }[] = [];
  for (const choice of choices) {
    const text = choice.text.toLowerCase();
    const all = `${text} ${choice.detail.toLowerCase()} ${choice.kind}`;
    if (!words.every((word) => all.includes(word))) continue;
    scored.push({ choice, score: scoreOf(text, words[0]!) });
  }
  return scored
    .sort((a, b) => a.score - b.score || a.choice.text.length - b.choice.text.length)
    .slice(0, max)
    .map(({ choice }) => choice);
}

function scoreOf(text: string, word: string): number {
  if (text.startsWith(word)) return 0;
  const at = text.indexOf(word);
  if (at < 0) return 3;
  return /[\s_.-]/.test(text[at - 1] ?? '') ? 1 : 2;
}
