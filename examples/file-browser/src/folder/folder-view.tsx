import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { DentryOrder } from '../gql/graphql.ts';
import type { Dentry } from '../operations.ts';
import { ProblemNotice } from '../problems/problem-notice.tsx';
import { useLanguage } from '../texts/language.tsx';
import type { Place } from '../use-place.ts';
import { DetailsPane } from './details-pane.tsx';
import { FileTable } from './file-table.tsx';
import './folder.css';
import { useFolder } from './use-folder.ts';

interface Props {
  readonly place: Place;
  readonly orderBy: DentryOrder;
  readonly onOrder: (orderBy: DentryOrder) => void;
  readonly onFolder: (folder: Dentry) => void;
  readonly onUp: () => void;
}

/** One folder: its rows, or why there are none, and the details of the chosen file. Each folder is an element of its own. */
export function FolderView({ place, orderBy, onOrder, onFolder, onUp }: Props): ReactNode {
  const { text } = useLanguage();
  const folder = useFolder(place, orderBy);
  const { rows, problem, isLoading, hasMore } = folder;
  const [file, setFile] = useState<Dentry>();
  const section = useRef<HTMLElement>(null);
  // The keys work at once, before there is a row to stand on.
  useLayoutEffect(() => section.current?.focus({ preventScroll: true }), []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Backspace') onUp();
    else if (event.key === 'Escape') setFile(undefined);
    else return;
    event.preventDefault();
  };
  const onOpen = (dentry: Dentry): void => {
    if (dentry.type === 'FOLDER') onFolder(dentry);
    else setFile(dentry);
  };
  const count = problem ? '' : text(hasMore ? 'rowsSoFar' : 'rows', rows.length);
  const status = isLoading ? text('loading') : count;
  const retry = (): void => {
    // The notice goes, and its button with it.
    section.current?.focus();
    folder.retry();
  };
  return (
    <section
      className="folder"
      ref={section}
      tabIndex={-1}
      aria-label={text('files')}
      aria-busy={isLoading}
      onKeyDown={onKeyDown}
    >
      <div className="list">
        {folder.startedOver && (
          <p className="notice" role="status">
            {text('startedOver')}
          </p>
        )}
        {rows.length > 0 && (
          <FileTable
            rows={rows}
            startAt={place.cameFrom}
            openId={file?.dentryId}
            orderBy={orderBy}
            onOrder={onOrder}
            onOpen={onOpen}
          />
        )}
        {!isLoading && !problem && rows.length === 0 && <p className="notice">{text('empty')}</p>}
        {problem && <ProblemNotice problem={problem} onRetry={retry} />}
        <footer>
          <span role="status">{status}</span>
          {hasMore && !problem && (
            <button type="button" onClick={() => void folder.loadMore()}>
              {text('loadMore')}
            </button>
          )}
          <button type="button" onClick={folder.refresh}>
            {text('refresh')}
          </button>
        </footer>
      </div>
      {file && <DetailsPane key={file.dentryId} file={file} onClose={() => setFile(undefined)} />}
    </section>
  );
}
