import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { codec } from '../../src/domain/codec.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';

const size = z.string().transform(Number);
const widened: z.ZodType<number> = size;
const batch = {
  maxInputs: 30,
  groupOf: () => '',
  idOf: () => '',
  body: () => ({}),
  items: z.array(z.object({ id: z.string(), body: z.unknown() })),
};
const call = { name: 'space', method: 'GET', path: () => '/', operator: 'unionId', refusals: {} } as const;

test('the compiler refuses a codec that zod could not encode', () => {
  // @ts-expect-error: a transform
  const transform = codec(size);
  // @ts-expect-error: in an object, a list and an optional
  codec(z.object({ files: z.array(z.object({ size: size.optional() })) }));
  // @ts-expect-error: in a union
  codec(z.union([z.null(), size]));
  // @ts-expect-error: in a record
  codec(z.record(z.string(), size));
  // @ts-expect-error: in the body of a codec
  codec(z.codec(z.object({ size }), z.custom<number>(), { decode: (body) => body.size, encode: String }));
  // @ts-expect-error: a preprocessor
  codec(z.preprocess(String, z.string()));
  // @ts-expect-error: made by a function
  codec(z.lazy(() => size));
  // @ts-expect-error: the rest of a tuple
  codec(z.tuple([z.string()], size));
  // @ts-expect-error: the keys of a record
  codec(z.record(z.string().transform(String), z.string()));
  // @ts-expect-error: the values of a map
  codec(z.map(z.string(), size));
  // @ts-expect-error: a success
  codec(z.success(z.string()));
  // @ts-expect-error: a schema that may be anything
  codec(widened);
  // @ts-expect-error: the same within an object
  codec(z.object({ size: widened }));

  expect(() => z.encode(transform, 1)).toThrow('ZodTransform');
});

test('a codec encodes what it has decoded', () => {
  const file = z.codec(z.object({ size: z.string() }), z.number(), {
    decode: (body) => Number(body.size),
    encode: (number) => ({ size: String(number) }),
  });
  const page = codec(z.object({ files: z.array(file), nextToken: z.string().nullable().optional() }));
  const body = { files: [{ size: '3' }], nextToken: 'next' };

  expect(z.encode(page, z.decode(page, body))).toEqual(body);
});

test('the compiler requires a codec wherever an answer may be cached, and nowhere else', () => {
  const endpoints: Endpoint<object, number>[] = [
    { ...call, answer: codec(z.number()), repeatable: true },
    { ...call, answer: size, repeatable: true, freshness: 'never' },
    { ...call, answer: size, repeatable: false, freshness: 'never' },
    { ...call, answer: codec(z.number()), repeatable: true, freshness: 'list', batch },
    // @ts-expect-error: credentials are asked for one at a time
    { ...call, answer: size, repeatable: true, freshness: 'never', batch },
    // @ts-expect-error: no codec
    { ...call, answer: size, repeatable: true },
    // @ts-expect-error: a call that may not be repeated cannot be shared
    { ...call, answer: codec(z.number()), repeatable: false },
  ];

  expect(endpoints).toHaveLength(7);
});
