import type { Logger } from 'pino';

/** Logs one line when the forward proxy gives no connection, and one when it gives them again. */
export function createProxyLog(log: Pick<Logger, 'info' | 'error'>): (failure: Error | undefined) => void {
  let isFailing = false;
  return (failure) => {
    if (failure && !isFailing)
      log.error({ reason: failure.message }, 'the forward proxy gives no connection');
    if (!failure && isFailing) log.info('the forward proxy gives connections again');
    isFailing = failure !== undefined;
  };
}
