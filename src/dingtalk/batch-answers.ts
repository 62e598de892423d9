import type { BatchedEndpoint, BatchItem, BatchResult } from '../domain/endpoint.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { itemError } from './http/classify.ts';
import { redact } from './http/redact.ts';

/**
 * What was found for each of `inputs`, in their order. Items are found by their ids: one that failed, is missing
 * or is not what the API page promises fails alone.
 */
export function answersOf<Input, Answer>(
  endpoint: BatchedEndpoint<Input, Answer>,
  inputs: readonly Input[],
  items: readonly BatchItem[],
  secrets: readonly string[],
): readonly BatchResult<Answer>[] {
  const { answer, batch, refusals } = endpoint;
  const byId = new Map(items.map((item) => [item.id, item]));
  return inputs.map((input) => {
    const item = byId.get(batch.idOf(input));
    if (!item) return { error: malformed('the answer has no item for this id') };
    if ('code' in item) return { error: redact(itemError(item.code, refusals), secrets) };
    const { success, data } = answer.safeParse(item.body);
    return success ? { answer: data } : { error: malformed('the item is not the documented JSON') };
  });
}

const malformed = (reason: string): DingTalkError =>
  new DingTalkError('malformed-response', { status: 200, reason });
