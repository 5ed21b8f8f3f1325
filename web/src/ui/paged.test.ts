import { expect, it, vi } from 'vitest';
import { ApiError, NetworkError } from '../api/errors';
import { Paged } from './paged.svelte';

interface Thing {
  id: string;
}
const page = (ids: string, nextCursor: string | null = null) => ({
  meta: { nextCursor },
  data: [...ids].map((id) => ({ id })),
});
const ids = (paged: Paged<Thing>) => paged.list.map(({ id }) => id).join('');

it('goes on until the end and shows nothing twice', async () => {
  const fetchPage = vi.fn(async (cursor: string | null) => (cursor ? page('bc') : page('ab', 'x')));
  const paged = new Paged<Thing>(fetchPage);
  await Promise.all([paged.loadMore(), paged.loadMore()]);
  expect(fetchPage).toHaveBeenCalledTimes(1);
  await paged.loadMore();
  await paged.loadMore();
  expect(ids(paged)).toBe('abc');
  expect(fetchPage.mock.calls).toEqual([[null], ['x']]);
});

it('says what is wrong and can be asked again', async () => {
  const fetchPage = vi.fn(async () => page('a'));
  fetchPage.mockRejectedValueOnce(new NetworkError());
  const paged = new Paged<Thing>(fetchPage);
  await paged.loadMore();
  expect(paged.status).toBe('error');
  expect(paged.missing).toBe(false);
  fetchPage.mockRejectedValueOnce(new ApiError(404, 'User not found'));
  await paged.loadMore();
  expect(paged.missing).toBe(true);
  await paged.loadMore();
  expect(ids(paged)).toBe('a');
});

it('forgets what was on its way when it starts anew', async () => {
  let late!: (value: ReturnType<typeof page>) => void;
  const fetchPage = vi.fn(async () => page('b'));
  fetchPage.mockReturnValueOnce(new Promise((done) => (late = done)));
  const paged = new Paged<Thing>(fetchPage);
  void paged.loadMore();
  paged.restart();
  await paged.loadMore();
  late(page('a', 'x'));
  await new Promise((done) => setTimeout(done));
  expect(ids(paged)).toBe('b');
  expect(paged.status).toBe('end');
});
