import type { ReactNode } from 'react';
import { useLanguage } from './texts/language.tsx';
import type { Crumb } from './use-place.ts';

interface Props {
  readonly trail: readonly Crumb[];
  readonly onGoTo: (trail: readonly Crumb[]) => void;
}

/** The way from the root to the folder that is open. */
export function Breadcrumbs({ trail, onGoTo }: Props): ReactNode {
  const { text } = useLanguage();
  const names = [text('root'), ...trail.map(({ name }) => name)];
  return (
    <nav aria-label={text('path')}>
      <ol>
        {names.map((name, depth) => (
          <li key={trail[depth - 1]?.dentryId ?? 'root'}>
            {depth === trail.length ? (
              <span aria-current="page">{name}</span>
            ) : (
              <button type="button" onClick={() => onGoTo(trail.slice(0, depth))}>
                {name}
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
