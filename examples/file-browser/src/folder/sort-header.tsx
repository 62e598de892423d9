import type { ReactNode } from 'react';
import type { DentryOrder, DentryOrderField } from '../gql/graphql.ts';
import { useLanguage } from '../texts/language.tsx';
import type { Label } from '../texts/texts.ts';

interface Props {
  readonly field: DentryOrderField;
  readonly label: Label;
  readonly orderBy: DentryOrder;
  readonly onOrder: (orderBy: DentryOrder) => void;
}

/** Sorts by its column, and at the second click the other way round. DingTalk sorts, not the page. */
export function SortHeader({ field, label, orderBy, onOrder }: Props): ReactNode {
  const { text } = useLanguage();
  const isSorted = orderBy.field === field;
  const isAscending = orderBy.direction === 'ASC';
  const sorted = isAscending ? 'ascending' : 'descending';
  const otherWay = isAscending ? 'DESC' : 'ASC';
  const first = field === 'NAME' ? 'ASC' : 'DESC';
  return (
    <th scope="col" aria-sort={isSorted ? sorted : 'none'}>
      <button type="button" onClick={() => onOrder({ field, direction: isSorted ? otherWay : first })}>
        {text(label)}
        <span aria-hidden="true">{isSorted ? (isAscending ? ' ▲' : ' ▼') : ''}</span>
      </button>
    </th>
  );
}
