import { useState, type ReactNode } from 'react';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { FolderView } from './folder/folder-view.tsx';
import type { DentryOrder } from './gql/graphql.ts';
import { GroupForm } from './group-form.tsx';
import { useLanguage } from './texts/language.tsx';
import { usePlace } from './use-place.ts';

export function App(): ReactNode {
  const { text, toggle } = useLanguage();
  const { place, goTo, openGroup } = usePlace();
  const [orderBy, setOrderBy] = useState<DentryOrder>({ field: 'MODIFIED_TIME', direction: 'DESC' });
  const { group, trail } = place;
  return (
    <main>
      <header>
        <h1>{text('title')}</h1>
        <button type="button" onClick={toggle}>
          {text('otherLanguage')}
        </button>
      </header>
      <GroupForm group={group} onGroup={openGroup} />
      <Breadcrumbs trail={trail} onGoTo={goTo} />
      <FolderView
        key={[group, ...trail.map(({ dentryId }) => dentryId)].join('\n')}
        place={place}
        orderBy={orderBy}
        onOrder={setOrderBy}
        onFolder={({ dentryId, name }) => goTo([...trail, { dentryId, name }])}
        onUp={() => trail.length > 0 && goTo(trail.slice(0, -1))}
      />
      <p className="keys">{text('keys')}</p>
    </main>
  );
}
