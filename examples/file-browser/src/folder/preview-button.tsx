import { useLazyQuery } from '@apollo/client/react';
import { useMemo, type ReactNode } from 'react';
import { OpenPreview, type Dentry } from '../operations.ts';
import { ProblemNotice } from '../problems/problem-notice.tsx';
import { problemOf } from '../problems/problem.ts';
import { useLanguage } from '../texts/language.tsx';

/** Asks for the link at a click and opens it. The link stays, for a browser that blocks new tabs. */
export function PreviewButton({ file }: { readonly file: Dentry }): ReactNode {
  const { text } = useLanguage();
  const [ask, { data, error, loading }] = useLazyQuery(OpenPreview, {
    fetchPolicy: 'no-cache',
    errorPolicy: 'all',
  });
  const problem = useMemo(() => problemOf(error), [error]);
  const url = webLink(data?.dentry?.preview?.url);

  const open = async (): Promise<void> => {
    // A disabled button would lose the focus.
    if (loading) return;
    const { spaceId, dentryId } = file;
    // It rejects where the pane is closed meanwhile.
    const answer = await ask({ variables: { spaceId, dentryId } }).catch(() => undefined);
    const url = webLink(answer?.data?.dentry?.preview?.url);
    if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer');
  };
  return (
    <>
      {problem && !loading ? (
        <ProblemNotice problem={problem} onRetry={() => void open()} />
      ) : (
        <button type="button" onClick={() => void open()}>
          {text(loading ? 'loading' : 'preview')}
        </button>
      )}
      {url !== undefined && (
        <p>
          <a href={url} target="_blank" rel="noopener noreferrer">
            {text('openPreview')}
          </a>
        </p>
      )}
    </>
  );
}

/** A link is text from elsewhere: `javascript:` and the like are not opened. */
const webLink = (url: string | undefined): string | undefined =>
  url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
