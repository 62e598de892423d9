import { useEffect, useState, type ReactNode } from 'react';
import type { Problem } from '../problems/problem.ts';
import { ProblemNotice } from '../problems/problem-notice.tsx';
import { useLanguage } from '../texts/language.tsx';
import { codeAtHand, goToLogin } from './codes.ts';
import { fetchAsPerson, signIn, signOut, storedSession, type Session } from './session.ts';
import type { SignInSettings } from './settings.ts';

interface Props {
  readonly settings: SignInSettings;
  /** What a person sees who has signed in. */
  readonly children: (fetchData: typeof fetch) => ReactNode;
}

/** Shows its children to a person who has signed in, and the way to do so to anyone else. */
export function SignInGate({ settings, children }: Props): ReactNode {
  const { text } = useLanguage();
  const [session, setSession] = useState<Session | undefined>(storedSession);
  const [problem, setProblem] = useState<Problem>();
  const [isWaiting, setWaiting] = useState(session === undefined);
  const [fetchData] = useState(() => fetchAsPerson(() => setSession(undefined)));

  useEffect(() => {
    if (session === undefined) void signInAtOnce(settings).then(setProblem).then(show);
    function show(): void {
      setSession(storedSession());
      setWaiting(false);
    }
    // Only at the start: after signing out a person decides.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  if (isWaiting) return <p className="notice">{text('signingIn')}</p>;
  if (session) {
    return (
      <>
        <p className="person">
          {session.user.name}{' '}
          <button type="button" onClick={() => void signOut().then(() => setSession(undefined))}>
            {text('signOut')}
          </button>
        </p>
        {children(fetchData)}
      </>
    );
  }
  return (
    <main>
      <h1>{text('title')}</h1>
      {problem && <ProblemNotice problem={{ ...problem, retryable: false }} onRetry={() => undefined} />}
      <button type="button" onClick={() => goToLogin(settings)}>
        {text('signIn')}
      </button>
    </main>
  );
}

/** React mounts twice in development, and a code works once. */
let attempt: Promise<Problem | undefined> | undefined;

function signInAtOnce(settings: SignInSettings): Promise<Problem | undefined> {
  attempt ??= codeAtHand(settings).then(
    (body) => body && signIn(body),
    () => undefined,
  );
  return attempt;
}
