import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { decodeEntry, encodeEntry, parseSealedEntry } from '../../src/cache/entry-codec.ts';
import { codec } from '../../src/domain/codec.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';

const { kind, ...words } = conversationSpaceEndpoint.refusals['paramError.conversationId']!;

test('a stored refusal is read back with its endpoint’s message', () => {
  const details = {
    code: 'paramError.conversationId',
    documented: true,
    status: 400,
    public: words,
  } as const;

  const anything = codec(z.unknown());

  const { content } = encodeEntry(anything, { content: { refusal: { kind, details } }, askedAtMs: 1 });
  const entry = parseSealedEntry(JSON.stringify({ content, askedAtRedisMs: 1 }));

  expect(entry && decodeEntry(anything, { content: entry.content, askedAtMs: 1 })).toEqual({
    content: { refusal: { kind, details } },
    askedAtMs: 1,
  });
});

test.each(['unavailable', 'conversation-not-found', '__proto__'])(
  'a stored kind that is not a refusal, such as %s, is ignored',
  (kind) => {
    const content = { refusal: { kind, details: {} } };

    expect(parseSealedEntry(JSON.stringify({ content, askedAtRedisMs: 1 }))).toBeUndefined();
  },
);
