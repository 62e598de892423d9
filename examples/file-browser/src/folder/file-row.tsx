import type { ReactNode } from 'react';
import type { Dentry } from '../operations.ts';
import { formatSize, formatTime } from '../texts/format.ts';
import { useLanguage } from '../texts/language.tsx';
import { DentryPicture } from './dentry-picture.tsx';

interface Props {
  readonly dentry: Dentry;
  readonly isActive: boolean;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

export function FileRow({ dentry, isActive, isOpen, onOpen }: Props): ReactNode {
  const { language } = useLanguage();
  return (
    <tr tabIndex={isActive ? 0 : -1} aria-selected={isOpen} onClick={onOpen}>
      <th scope="row" role="rowheader">
        <span className="name">
          <DentryPicture dentry={dentry} />
          {dentry.name}
        </span>
      </th>
      <td className="number">{formatSize(dentry.size, language)}</td>
      <td>{formatTime(dentry.modifiedTime, language)}</td>
      <td>{formatTime(dentry.createTime, language)}</td>
    </tr>
  );
}
