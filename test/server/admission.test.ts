import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { createAdmission } from '../../src/server/graphql/admission.ts';
import { createManualClock } from '../support/manual-clock.ts';

const mebibyte = 1024 * 1024;

test('a connection that is closed takes all its unread answers with it: no other one is closed for them', () => {
  const clock = createManualClock();
  const admission = createAdmission({ bodyBytes: 262_144, concurrentRequests: 2000 }, clock);
  const [greedy, honest] = [createConnection(), createConnection()];
  admission.countUnsent(greedy.answer(), mebibyte);
  admission.countUnsent(honest.answer(), mebibyte);
  for (let count = 0; count < 33; count += 1) admission.countUnsent(greedy.answer(), mebibyte);
  clock.advance(1000);

  expect(admission.isBackedUp()).toBe(false);

  expect([greedy.socket.destroyed, honest.socket.destroyed]).toEqual([true, false]);
});

/** A connection whose answers nobody reads. Like Node's, they emit `close` only after the socket is destroyed. */
function createConnection() {
  const socket = {
    destroyed: false,
    destroy() {
      socket.destroyed = true;
    },
  };
  return {
    socket,
    answer: () => ({ request: { raw: { socket } }, raw: new EventEmitter() }) as unknown as FastifyReply,
  };
}
