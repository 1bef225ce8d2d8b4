import { useMemo } from 'preact/hooks';
import type { TextPanel as TextSpec } from '../../wire/views.ts';
import { type Block, type Inline, parseMarkdown } from './markdown.ts';

/** A note on the dashboard. */
export function TextPanel({ panel }: { panel: TextSpec }) {
  const blocks = useMemo(() => parseMarkdown(panel.text), [panel.text]);
  return (
    <section class="panel view-panel view-text" aria-label={panel.title || 'Note'}>
      {panel.title === '' ? null : <h3>{panel.title}</h3>}
      {blocks.map((block, index) => (
        <BlockElement key={index} block={block} />
      ))}
    </section>
  );
}

function BlockElement({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? (
        <h3 class="large">
          <Inlines content={block.content} />
        </h3>
      ) : (
        <h4>
          <Inlines content={block.content} />
        </h4>
      );
    case 'paragraph':
      return (
        <p>
          <Inlines content={block.content} />
        </p>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'list': {
      const items = block.items.map((content, index) => (
        <li key={index}>
          <Inlines content={content} />
        </li>
      ));
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Inlines({ content }: { content: readonly Inline[] }) {
  return (
    <>
      {content.map((part, index) => (
        <InlineElement key={index} part={part} />
      ))}
    </>
  );
}

function InlineElement({ part }: { part: Inline }) {
  switch (part.kind) {
    case 'text':
      return <>{part.text}</>;
    case 'code':
      return <code>{part.text}</code>;
    case 'strong':
      return <strong>{part.text}</strong>;
    case 'em':
      return <em>{part.text}</em>;
    case 'link':
      return <a href={part.href}>{part.text}</a>;
  }
}
