import type { ReactNode } from 'react';
import { useLanguage } from './texts/language.tsx';

interface Props {
  readonly group: string;
  readonly onGroup: (group: string) => void;
}

/** Ids that the stand-in knows; `docs/sandbox.md` has more. */
const examples = ['cid9FTRQSLo+sKxxxx', 'cid.demo.big', 'cid.demo.tea', 'cid.permissionDenied'];

/** Chooses the group by its id, which is opaque: only spaces around it are cut off. */
export function GroupForm({ group, onGroup }: Props): ReactNode {
  const { text } = useLanguage();
  const submit = (form: FormData): void => {
    const id = form.get('group');
    if (typeof id === 'string' && id.trim() !== '') onGroup(id.trim());
  };
  return (
    <form action={submit} key={group}>
      <label>
        {text('group')}
        <input name="group" defaultValue={group} list="groups" autoComplete="off" spellCheck={false} />
      </label>
      <datalist id="groups">
        {examples.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <button type="submit">{text('open')}</button>
    </form>
  );
}
