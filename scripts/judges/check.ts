/** One request, on a path of the gateway. */
export interface JudgeRequest {
  readonly path: string;
  readonly init?: RequestInit;
}

export interface JudgeAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: any;
  readonly text: string;
}

/** What a judge sends to find out one thing, and when it reports it. */
export interface Check {
  /** The judge's own name for it. */
  readonly name: string;
  /** The request in a few words. */
  readonly sent: string;
  /** Sent one by one until one of them is a finding. */
  readonly requests: readonly JudgeRequest[];
  readonly isFinding: (answer: JudgeAnswer) => boolean;
}

export interface Judge {
  readonly name: string;
  readonly checks: readonly Check[];
}

export interface Verdict {
  readonly judge: string;
  /** Of the check. */
  readonly name: string;
  readonly sent: string;
  readonly isFinding: boolean;
}

/** Sends the requests of every check to the gateway at `url`, with `headers` in addition. */
export async function judge(
  judges: readonly Judge[],
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name: judge, checks } of judges) {
    for (const { name, sent, requests, isFinding } of checks) {
      verdicts.push({ judge, name, sent, isFinding: await anyFinding(requests, isFinding, url, headers) });
    }
  }
  return verdicts;
}

const timeoutMs = 20_000;

async function anyFinding(
  requests: readonly JudgeRequest[],
  isFinding: Check['isFinding'],
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  for (const { path, init } of requests) {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { ...headers, ...(init?.headers as Record<string, string> | undefined) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    if (isFinding({ status: response.status, contentType, json: toJson(text), text })) return true;
  }
  return false;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
