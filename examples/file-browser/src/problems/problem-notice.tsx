import { useEffect, useState, type ReactNode } from 'react';
import { useLanguage } from '../texts/language.tsx';
import { titleOf } from '../texts/texts.ts';
import type { Problem } from './problem.ts';

interface Props {
  readonly problem: Problem;
  readonly onRetry: () => void;
}

/** What failed, and when to try again. It counts from when it appears: take it away during an attempt. */
export function ProblemNotice({ problem, onRetry }: Props): ReactNode {
  const { language, text } = useLanguage();
  const secondsLeft = useSecondsLeft(problem.retryAfterMs);
  return (
    <div className="notice problem" role="alert">
      <strong>{titleOf(problem.code, language)}</strong>
      <p>
        <code>{problem.code}</code> {problem.message}
      </p>
      {problem.retryable && (
        <button type="button" disabled={secondsLeft > 0} onClick={onRetry}>
          {secondsLeft > 0 ? text('tryAgainIn', secondsLeft) : text('tryAgain')}
        </button>
      )}
    </div>
  );
}

function useSecondsLeft(waitMs: number): number {
  const [untilMs] = useState(() => Date.now() + waitMs);
  const [nowMs, setNowMs] = useState(() => Date.now());
  const isOver = nowMs >= untilMs;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOver]);
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
