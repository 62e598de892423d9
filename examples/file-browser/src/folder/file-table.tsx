import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { DentryOrder } from '../gql/graphql.ts';
import type { Dentry } from '../operations.ts';
import { useLanguage } from '../texts/language.tsx';
import { FileRow } from './file-row.tsx';
import { SortHeader } from './sort-header.tsx';

interface Props {
  readonly rows: readonly Dentry[];
  /** The row that has the focus first; by default the top one. */
  readonly startAt: string | undefined;
  readonly openId: string | undefined;
  readonly orderBy: DentryOrder;
  readonly onOrder: (orderBy: DentryOrder) => void;
  readonly onOpen: (dentry: Dentry) => void;
}

/** A grid in which one row takes part in the order of Tab, and the arrow keys move between rows. */
export function FileTable({ rows, startAt, openId, orderBy, onOrder, onOpen }: Props): ReactNode {
  const { text } = useLanguage();
  const body = useRef<HTMLTableSectionElement>(null);
  const [activeId, setActiveId] = useState(startAt);
  const place = Math.max(
    0,
    rows.findIndex(({ dentryId }) => dentryId === activeId),
  );

  const focusRow = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    setActiveId(row.dentryId);
    body.current?.rows[index]?.focus();
  };
  // A folder that was just opened leads to its first row, unless the person has gone elsewhere.
  useEffect(() => {
    const focused = document.activeElement;
    if (focused === document.body || focused?.contains(body.current)) body.current?.rows[place]?.focus();
    // Only when the table appears.
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(place + 1, rows.length - 1),
      ArrowUp: Math.max(place - 1, 0),
      Home: 0,
      End: rows.length - 1,
    };
    const target = moves[event.key];
    const row = rows[place];
    if (target !== undefined) focusRow(target);
    else if (event.key === 'Enter' && row) onOpen(row);
    else return;
    event.preventDefault();
  };
  const header = { orderBy, onOrder };
  return (
    <table role="grid" aria-label={text('files')} aria-rowcount={-1}>
      <thead>
        <tr>
          <SortHeader field="NAME" label="name" {...header} />
          <SortHeader field="SIZE" label="size" {...header} />
          <SortHeader field="MODIFIED_TIME" label="modified" {...header} />
          <SortHeader field="CREATE_TIME" label="created" {...header} />
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map((dentry, index) => (
          <FileRow
            key={dentry.dentryId}
            dentry={dentry}
            isActive={index === place}
            isOpen={dentry.dentryId === openId}
            onOpen={() => {
              setActiveId(dentry.dentryId);
              onOpen(dentry);
            }}
          />
        ))}
      </tbody>
    </table>
  );
}
