import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { keep, parseSealedEntry, readKept } from '../../src/cache/entry-codec.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';

const { kind, ...words } = conversationSpaceEndpoint.refusals['paramError.conversationId']!;

test('a refusal is read again with the words of its endpoint', () => {
  const details = {
    code: 'paramError.conversationId',
    documented: true,
    status: 400,
    public: words,
  } as const;

  const kept = keep(z.unknown(), { refusal: { kind, details } });
  const entry = parseSealedEntry(JSON.stringify({ kept, askedAtRedisMs: 1 }));

  expect(entry && readKept(z.unknown(), entry.kept)).toEqual({ refusal: { kind, details } });
});

test.each(['unavailable', 'conversation-not-found', '__proto__'])(
  'a kind that ends no entry, such as %s, is no entry',
  (kind) => {
    const kept = { refusal: { kind, details: {} } };

    expect(parseSealedEntry(JSON.stringify({ kept, askedAtRedisMs: 1 }))).toBeUndefined();
  },
);
