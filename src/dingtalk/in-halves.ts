import type { BatchResult } from '../domain/endpoint.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';

type Several<Input> = readonly [Input, ...Input[]];

/**
 * The results of `ask` for `inputs`. Where DingTalk refuses the whole call with one of `inputCodes`, because of one input that
 * it does not name, each half is asked for by itself, down to the input that fails: one bad id costs its neighbours calls,
 * but no answers.
 *
 * @throws every other failure of the call.
 */
export async function inHalves<Input, Answer>(
  inputs: Several<Input>,
  inputCodes: readonly string[] | undefined,
  ask: (some: Several<Input>) => Promise<readonly BatchResult<Answer>[]>,
): Promise<readonly BatchResult<Answer>[]> {
  try {
    return await ask(inputs);
  } catch (error) {
    const code = error instanceof DingTalkError ? error.details.code : undefined;
    if (inputs.length === 1 || code === undefined || inputCodes?.includes(code) !== true) throw error;
  }
  const middle = inputs.length >> 1;
  const halves = [inputs.slice(0, middle), inputs.slice(middle)] as unknown as readonly Several<Input>[];
  const results = await Promise.all(
    halves.map((half) =>
      inHalves(half, inputCodes, ask).catch((error: Error): BatchResult<Answer>[] =>
        half.map(() => ({ error })),
      ),
    ),
  );
  return results.flat();
}
