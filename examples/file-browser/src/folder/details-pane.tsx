import type { ReactNode } from 'react';
import type { Dentry } from '../operations.ts';
import { formatSize, formatTime } from '../texts/format.ts';
import { useLanguage } from '../texts/language.tsx';
import { PreviewButton } from './preview-button.tsx';

interface Props {
  readonly file: Dentry;
  readonly onClose: () => void;
}

export function DetailsPane({ file, onClose }: Props): ReactNode {
  const { language, text } = useLanguage();
  const facts = [
    ['size', formatSize(file.size, language)],
    ['modified', formatTime(file.modifiedTime, language)],
    ['created', formatTime(file.createTime, language)],
    ['version', file.version],
    ['readOnly', text(file.readOnly === true ? 'yes' : 'no')],
    ['path', file.path],
  ] as const;
  return (
    <aside aria-label={text('details')}>
      <header>
        <h2>{file.name}</h2>
        <button type="button" onClick={onClose}>
          {text('close')}
        </button>
      </header>
      <dl>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{text(label)}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <PreviewButton file={file} />
    </aside>
  );
}
