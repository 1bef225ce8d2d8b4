/** Graphs in a mail: pictures that the HTML part names by `cid:` (RFC 2392), because programs for mail load nothing from elsewhere. */
import type { AlertGraph } from '../graphs.ts';
import { escapeHtml } from './escape-html.ts';

/** For nodemailer, which puts them beside the HTML in a `multipart/related` (RFC 2387). */
export function graphAttachments(graphs: readonly AlertGraph[]) {
  return graphs.map(({ png }, index) => ({
    filename: `graph-${index + 1}.png`,
    content: png,
    contentType: 'image/png',
    contentDisposition: 'inline' as const,
    cid: cidOf(index),
  }));
}

/** Styles stand in the elements: many programs for mail drop style sheets. */
export function htmlOfGraphs(graphs: readonly AlertGraph[]): string {
  return graphs.map(graphHtml).join('');
}

function graphHtml(graph: AlertGraph, index: number): string {
  const { width, height, title, caption, lines } = graph;
  const numbers = lines.map(({ text }) => text).join('; ');
  const alt = escapeHtml(`${title}, ${caption}: ${numbers}`);
  const legend = lines.map(
    ({ colour, text }) => `<br><span style="color:${colour}">&#9632;</span> ${escapeHtml(text)}`,
  );
  return [
    '<div style="margin:0 0 20px;font-family:sans-serif;font-size:13px;line-height:1.5;color:#4A5665">',
    `<strong style="color:#19202A">${escapeHtml(title)}</strong><br>${escapeHtml(caption)}<br>`,
    `<img src="cid:${cidOf(index)}" width="${width}" height="${height}" alt="${alt}" style="max-width:100%;height:auto">`,
    ...legend,
    '</div>',
  ].join('');
}

function cidOf(index: number): string {
  return `graph-${index + 1}@clustermon`;
}
