import type { DocumentedErrorCode } from '../documented-errors.ts';
import type { Dentry } from './dentry.ts';
import { kindOf } from './file-kinds.ts';
import type { FirstAsks } from './first-asks.ts';

/** A thumbnail as the storage API writes it. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly url: string;
}

/** The thumbnail of a file, or why it has none. A late one is there from the second ask on. */
export function thumbnailOf(
  { id, spaceId, name, isFolder, trait }: Dentry,
  { origin, isFirstAsk }: { readonly origin: string; readonly isFirstAsk: FirstAsks },
): Thumbnail | DocumentedErrorCode {
  if (trait === 'viral') return 'fileViral';
  if (isFolder || !kindOf(name).abilities.includes('thumbnail')) return 'dentryFormatNotSupport';
  if (trait === 'archived') return 'thumbnailNotExist';
  if (trait === 'late-thumbnail' && isFirstAsk(`thumbnail ${spaceId} ${id}`)) return 'thumbnailNotExist';
  const url = `${origin}/thumbnails/${encodeURIComponent(spaceId)}/${encodeURIComponent(id)}`;
  return { width: 320, height: 240, url };
}
