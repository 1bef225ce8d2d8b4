/** A part of Markdown, enough for a note on a dashboard: what it does not know stays text, and nothing becomes HTML. */

export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'em'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | {
      readonly kind: 'list';
      readonly isOrdered: boolean;
      readonly items: readonly (readonly Inline[])[];
    }
  | { readonly kind: 'code'; readonly text: string };

const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const heading = /^(#{1,3})\s+(.*)$/.exec(line);
    if (line.trim() === '') at += 1;
    else if (heading) {
      const level = heading[1]!.length as 1 | 2 | 3;
      blocks.push({ kind: 'heading', level, content: parseInline(heading[2]!) });
      at += 1;
    } else if (line.startsWith('```')) {
      const end = lines.findIndex((one, index) => index > at && one.startsWith('```'));
      const last = end < 0 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') });
      at = last + 1;
    } else {
      const end = endOfBlock(lines, at);
      blocks.push(...blockOf(lines.slice(at, end)));
      at = end;
    }
  }
  return blocks;
}

/** A paragraph or a list goes on to the next empty line, heading or fence. */
function endOfBlock(lines: readonly string[], from: number): number {
  const end = lines.findIndex(
    (line, index) => index > from && (line.trim() === '' || /^(#{1,3}\s|```)/.test(line)),
  );
  return end < 0 ? lines.length : end;
}

/** Lines before the first item are a paragraph; a line that begins no item goes on with the one before it. */
function blockOf(lines: readonly string[]): Block[] {
  const first = lines.findIndex((line) => ITEM.test(line));
  const before = first < 0 ? lines : lines.slice(0, first);
  const blocks: Block[] = [];
  if (before.length > 0)
    blocks.push({ kind: 'paragraph', content: parseInline(before.join(' ').trim()) });
  if (first < 0) return blocks;
  const items: string[] = [];
  for (const line of lines.slice(first)) {
    const item = ITEM.exec(line);
    if (item) items.push(item[2]!);
    else items.push(`${items.pop()} ${line.trim()}`);
  }
  const isOrdered = ITEM.exec(lines[first]!)?.[1] !== undefined;
  blocks.push({ kind: 'list', isOrdered, items: items.map(parseInline) });
  return blocks;
}

const INLINE =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\*(?<em>[^*]+)\*|\[(?<text>[^\]]+)\]\((?<href>[^\s)]+)\)/g;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const part = partOf(match.groups ?? {});
    if (part === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push(part);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

function partOf(groups: Readonly<Record<string, string | undefined>>): Inline | null {
  const { code, strong, em, text, href } = groups;
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined) return { kind: 'strong', text: strong };
  if (em !== undefined) return { kind: 'em', text: em };
  if (text === undefined || href === undefined || !isSafe(href)) return null;
  return { kind: 'link', text, href };
}

/** Pages of ours and of the web; no scripts, no other schemes. */
function isSafe(href: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|#)/i.test(href);
}
