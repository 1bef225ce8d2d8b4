/** Views on the server: reading, checking, saving. */
import type { ImportedView, ViewCheck, ViewFile } from '../../wire/views.ts';
import { getJson, sendJson } from '../data/api.ts';

function pathOf(name: string): string {
  return `/api/views/${encodeURIComponent(name)}`;
}

/** @throws ApiFailure `view-unknown`, … */
export async function loadView(name: string): Promise<ViewFile> {
  return getJson<ViewFile>(pathOf(name));
}

export async function checkView(text: string): Promise<ViewCheck> {
  return sendJson<ViewCheck>('POST', '/api/views/check', { text });
}

/**
 * @param version of the text that was read; null = there must be no such file yet
 * @throws ApiFailure `view-changed` when somebody else saved or deleted it, `view-exists`, `view-invalid`, …
 */
export async function saveView(
  name: string,
  text: string,
  version: string | null,
): Promise<ViewFile> {
  return sendJson<ViewFile>('PUT', pathOf(name), { text }, matching(version));
}

/** @throws ApiFailure as `saveView` */
export async function deleteView(name: string, version: string): Promise<void> {
  await sendJson('DELETE', pathOf(name), undefined, matching(version));
}

export async function importView(json: string): Promise<ImportedView> {
  return sendJson<ImportedView>('POST', '/api/views/import', { json });
}

function matching(version: string | null): Record<string, string> {
  return version === null ? {} : { 'if-match': `"${version}"` };
}
