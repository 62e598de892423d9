import { useQuery } from '@apollo/client/react';
import { useMemo, useState } from 'react';
import type { DentryOrder } from '../gql/graphql.ts';
import { ListFolder, type Dentry } from '../operations.ts';
import { isLapsedCursor, problemOf, type Problem } from '../problems/problem.ts';
import type { Place } from '../use-place.ts';

export interface Folder {
  readonly rows: readonly Dentry[];
  readonly isLoading: boolean;
  /** Why the list, or its next page, is not there. */
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  /** The list could not go on, and shows its first page again. */
  readonly startedOver: boolean;
  readonly loadMore: () => Promise<void>;
  /** Repeats what failed last, or asks for the first page again. */
  readonly retry: () => void;
  readonly refresh: () => void;
}

const rootId = '0';
const pageSize = 50;

export function useFolder({ group, trail }: Place, orderBy: DentryOrder): Folder {
  const parentId = trail.at(-1)?.dentryId ?? rootId;
  const variables = useMemo(
    () => ({ openConversationId: group, parentId, orderBy, first: pageSize }),
    [group, parentId, orderBy],
  );
  const { data, previousData, error, loading, fetchMore, refetch } = useQuery(ListFolder, {
    variables,
    // Data and errors come together: one thumbnail that failed takes nothing else away.
    errorPolicy: 'all',
    // What is known is shown at once, and each visit asks again.
    fetchPolicy: 'cache-and-network',
  });
  // Until other rows are there, these stay.
  const list = (data ?? previousData)?.conversationSpace?.dentries;
  const after = list?.pageInfo.endCursor;
  const [failedPage, setFailedPage] = useState<{ after: typeof after; problem: Problem }>();
  const [restarted, setRestarted] = useState<typeof variables>();

  const rows = useMemo(() => rowsOf(list?.edges ?? []), [list]);
  const listProblem = useMemo(() => problemOf(error), [error]);
  const pageProblem = failedPage?.after === after ? failedPage?.problem : undefined;

  const refresh = (): void => void refetch();
  const loadMore = async (): Promise<void> => {
    if (loading) return;
    setFailedPage(undefined);
    setRestarted(undefined);
    const answer = await fetchMore({ variables: { after }, errorPolicy: 'all' }).catch((error: unknown) => ({
      error,
    }));
    const problem = problemOf(answer.error);
    if (problem && isLapsedCursor(problem)) {
      setRestarted(variables);
      refresh();
    } else if (problem) setFailedPage({ after, problem });
  };
  return {
    // What may no longer be read is not shown either.
    rows: listProblem && !listProblem.retryable ? [] : rows,
    isLoading: loading,
    problem: loading ? undefined : (listProblem ?? pageProblem),
    hasMore: list?.pageInfo.hasNextPage === true && !listProblem,
    startedOver: restarted === variables,
    loadMore,
    retry: listProblem ? refresh : () => void loadMore(),
    refresh,
  };
}

/** A row that moved while the pages were read can come twice. */
const rowsOf = (edges: readonly { readonly node: Dentry }[]): readonly Dentry[] => [
  ...new Map(edges.map(({ node }) => [node.dentryId, node])).values(),
];
