import { useState, type ReactNode } from 'react';
import type { Dentry } from '../operations.ts';

const folderShape = 'M2 5h7l2 2h11v12H2z';
const fileShape = 'M5 2h9l5 5v15H5z';

/** The thumbnail, or a drawing where there is none or its link has ended. The name beside it says all, so it is hidden. */
export function DentryPicture({ dentry }: { readonly dentry: Dentry }): ReactNode {
  const url = dentry.thumbnail?.url;
  const [brokenUrl, setBrokenUrl] = useState<string>();
  if (url !== undefined && url !== brokenUrl) {
    return (
      <img
        className="picture"
        src={url}
        alt=""
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setBrokenUrl(url)}
      />
    );
  }
  const isFolder = dentry.type === 'FOLDER';
  return (
    <svg className={isFolder ? 'picture is-folder' : 'picture'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={isFolder ? folderShape : fileShape} />
    </svg>
  );
}
