import { expect, test } from '@jest/globals';
import { wantsExplorer } from '../../src/explorer/wants-explorer.ts';

const chrome = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

test.each([
  ['a browser', chrome, true],
  ['HTML alone', 'text/html', true],
  ['any text', 'text/*', true],
  ['HTML before JSON', 'text/html, application/json;q=0.9', true],
  ['HTML in capitals', 'TEXT/HTML', true],
  ['HTML after JSON', 'text/html;q=0.5, application/json', false],
  ['HTML and JSON alike, HTML first', 'text/html, application/json', true],
  ['HTML and JSON alike, JSON first', 'application/json, text/html', false],
  ['a GraphQL client that also reads HTML', 'application/graphql-response+json, text/html;q=0.9', false],
  ['HTML refused', 'text/html;q=0, image/png', false],
  ['anything', '*/*', false],
  ['JSON', 'application/json', false],
  ['a GraphQL answer', 'application/graphql-response+json', false],
  ['an empty header', '', false],
  ['no header', undefined, false],
])('a GET that accepts %s', (_name, accept, wanted) => {
  expect(wantsExplorer({ method: 'GET', headers: { accept }, query: {} })).toBe(wanted);
});

test.each(['POST', 'HEAD', 'OPTIONS'])('a %s never gets the explorer', (method) => {
  expect(wantsExplorer({ method, headers: { accept: chrome }, query: {} })).toBe(false);
});

test.each([{ query: '{ __typename }' }, { documentId: 'x' }])(
  'a GET with a document is a GraphQL request: %j',
  (query) => {
    expect(wantsExplorer({ method: 'GET', headers: { accept: chrome }, query })).toBe(false);
  },
);
