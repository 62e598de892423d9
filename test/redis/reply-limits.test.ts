import { expect, test } from '@jest/globals';
import { createReplyLimits } from '../../src/redis/reply-limits.ts';

const mebibyte = 1024 * 1024;
const bulk = (length: number): string => `$${length}\r\n${'x'.repeat(length)}\r\n`;

/** Passes the replies in chunks of `chunkBytes`. */
function read(text: string, chunkBytes = text.length): void {
  const checkLimits = createReplyLimits();
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += chunkBytes) checkLimits(bytes.subarray(at, at + chunkBytes));
}

test.each([
  ['simple replies', '+OK\r\n-ERR what\r\n:12\r\n:-3\r\n'],
  ['nil', '$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n'],
  ['strings that look like replies', `${bulk(3)}$10\r\n*9999999\r\n\r\n`],
  ['arrays', `*3\r\n:1\r\n*2\r\n${bulk(4)}*0\r\n$-1\r\n+OK\r\n`],
  ['arrays of the greatest depth', `${'*1\r\n'.repeat(8)}:1\r\n`],
  ['an array of the greatest length', `*1000\r\n${':1\r\n'.repeat(1000)}`],
])('accepts %s, cut anywhere, any number of times', (_what, replies) => {
  for (const chunkBytes of [1, 2, 3, 5, 1000]) read(replies.repeat(10), chunkBytes);
});

test('accepts a reply of nearly four mebibytes, and others after it', () => {
  const reply = bulk(4 * mebibyte - 2048);

  read(reply.repeat(2), 1448);
  read(reply.repeat(2), 64 * 1024);
});

test.each([
  ['a string of more than four mebibytes, as soon as it is announced', `$${4 * mebibyte + 1}\r\n`],
  ['a string with an endless length', `$${'9'.repeat(30)}`.repeat(600)],
  ['a line of more than 16 KiB', `+${'x'.repeat(16 * 1024)}`],
  ['an error of more than 16 KiB', `-${'x'.repeat(16 * 1024)}\r\n`],
  ['strings of more than four mebibytes together', `*3\r\n${bulk(2 * mebibyte)}${bulk(2 * mebibyte)}`],
  ['more than 1,000 elements, as soon as they are announced', '*1001\r\n'],
  ['more than 1,000 elements in all', `*2\r\n*600\r\n${':1\r\n'.repeat(600)}*600\r\n`],
  ['nine levels', '*1\r\n'.repeat(9)],
  ['another letter', 'HTTP/1.1 400 Bad Request\r\n'],
  ['RESP3', '%1\r\n+a\r\n+b\r\n'],
  ['a length that is not a number', '$abc\r\n'],
  ['a negative length', '$-2\r\n'],
  ['an invalid number', ':1e9\r\n'],
  ['a line with a wrong end', '+OK\n'],
  ['an end of line within a line', '+O\rK\r\n'],
])('refuses %s', (_what, replies) => {
  expect(() => read(replies, 7)).toThrow('unreadable reply');
  expect(() => read(replies)).toThrow('unreadable reply');
});

test('each chunk of an incomplete reply counts as a kibibyte at least', () => {
  const start = Buffer.from(`$${mebibyte}\r\n`);
  const checkLimits = createReplyLimits();
  checkLimits(start);
  for (let chunks = 1; chunks < 4096; chunks += 1) checkLimits(Buffer.from('x'));

  expect(() => checkLimits(Buffer.from('x'))).toThrow('unreadable reply');
});
