import { expect, test } from '@jest/globals';
import { parseTraceparent } from '../../src/server/trace-parent.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test.each([
  ['of today', `00-${trace}-${span}-01`],
  ['not sampled', `00-${trace}-${span}-00`],
  ['of a later version', `01-${trace}-${span}-01`],
  ['of a later version, with more after it', `cc-${trace}-${span}-01-what-the-future-will-be-like`],
])('a traceparent %s has a trace id', (_what, header) => {
  expect(parseTraceparent(header)?.traceId).toBe(trace);
});

test.each([
  ['none', undefined],
  ['empty', ''],
  ['twice', [`00-${trace}-${span}-01`, `00-${trace}-${span}-01`]],
  ['twice in one header', `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
  ['the version ff', `ff-${trace}-${span}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${span}-01`],
  ['a span id of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
  ['capitals', `00-${trace.toUpperCase()}-${span}-01`],
  ['other letters', `00-${trace.replace('a', 'g')}-${span}-01`],
  ['a short trace id', `00-${trace.slice(1)}-${span}-01`],
  ['no flags', `00-${trace}-${span}`],
  ['more after the flags of version 00', `00-${trace}-${span}-01-more`],
  ['blanks around it', ` 00-${trace}-${span}-01 `],
  ['a line break after it', `00-${trace}-${span}-01\n`],
  ['a later version that is endless', `01-${trace}-${span}-01-${'x'.repeat(5000)}`],
])('a traceparent with %s has none', (_what, header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});
