import { expect, it } from 'vitest';
import { call, fill, queryOf } from './client';

it('puts parameters in their places, escaped', () => {
  expect(fill('/video/{id}/comments', { id: 'a b/../c' })).toBe('/video/a%20b%2F..%2Fc/comments');
  expect(fill('/auth/login', {})).toBe('/auth/login');
});

it('leaves out of a query what is not given', () => {
  expect(queryOf({ limit: 10, cursor: undefined, page: null })).toBe('?limit=10');
  expect(queryOf({ cursor: 'a&b=c' })).toBe('?cursor=a%26b%3Dc');
  expect(queryOf({ cursor: undefined })).toBe('');
});

/** Held to the contract by `npm run check`, and never run. */
export function refusedByTheTypes() {
  // @ts-expect-error: no such path
  void call('GET', '/videos', {});
  // @ts-expect-error: not by this method
  void call('PUT', '/video/{id}', { path: { id: '1' } });
  // @ts-expect-error: the id is missing
  void call('GET', '/video/{id}', {});
  // @ts-expect-error: no such field
  void call('PATCH', '/video/{id}', { path: { id: '1' }, body: { titel: 'x' } });
  // @ts-expect-error: no such parameter
  void call('GET', '/video', { query: { sorted: 'latest' } });
  // @ts-expect-error: an answer has a title
  void call('GET', '/video/{id}', { path: { id: '1' } }).then((video) => video.titel);
}
