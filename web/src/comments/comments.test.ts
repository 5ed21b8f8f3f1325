import { beforeEach, expect, it, vi } from 'vitest';
import * as api from '../api/comments';
import { ApiError, NetworkError } from '../api/errors';
import type { ListedComment } from '../api/types';
import { Comments } from './comments.svelte';
import { entryOf, refuseComment, unseenReplies, withPage } from './entries';

vi.mock('../api/comments');
const server = vi.mocked(api);
const ada = { id: 'u1', name: 'Ada', avatarUrl: null };

const time = '2026-01-01T00:00:00.000Z';
const stored = {
  content: '',
  userId: 'u2',
  videoId: 'v',
  parentCommentId: null,
  createdAt: time,
  updatedAt: time,
};

function comment(id: string, more: Partial<ListedComment> = {}): ListedComment {
  return {
    ...stored,
    id,
    content: `This is ${id}`,
    user: { id: 'u2', name: 'Bob', avatarUrl: null },
    likeCount: 0,
    isLiked: false,
    replyCount: 0,
    replies: [],
    hasMoreReplies: false,
    ...more,
  };
}

function page(data: ListedComment[], nextCursor: string | null = null) {
  const meta = { limit: 20, total: data.length, hasNextPage: nextCursor !== null, nextCursor };
  return { success: true as const, statusCode: 200, message: '', meta, data };
}

let count: number;
let comments: Comments;
const ids = () => comments.list.map(({ id }) => id);

beforeEach(() => {
  vi.resetAllMocks();
  count = 2;
  comments = new Comments('v', (by) => (count += by));
});

it('goes on page by page and shows nothing twice', async () => {
  server.listComments.mockResolvedValueOnce(page([comment('b')], 'next'));
  server.listComments.mockResolvedValueOnce(page([comment('b'), comment('a')]));
  await comments.loadMore();
  expect(comments.status).toBe('idle');
  await comments.loadMore();
  await comments.loadMore();
  expect(ids()).toEqual(['b', 'a']);
  expect(server.listComments.mock.calls).toEqual([
    ['v', null],
    ['v', 'next'],
  ]);
});

it('can be asked again after a failure', async () => {
  server.listComments.mockRejectedValueOnce(new NetworkError());
  await comments.loadMore();
  expect(comments.status).toBe('error');
  server.listComments.mockResolvedValueOnce(page([comment('a')]));
  await comments.loadMore();
  expect(comments.status).toBe('end');
  expect(comments.error).toBe('');
});

it('shows a comment at once, and then as the server has it', async () => {
  let answer!: () => void;
  server.addComment.mockReturnValue(
    new Promise((done) => (answer = () => done({ ...stored, id: 'real', content: 'Hello' }))),
  );
  const written = comments.write('Hello', ada, null);
  expect(comments.list[0]).toMatchObject({ content: 'Hello', sending: true, user: ada });
  expect(count).toBe(3);
  answer();
  expect(await written).toBe(true);
  expect(comments.list[0]).toMatchObject({ id: 'real', sending: false, user: ada });
});

it('takes a refused comment back, with its count', async () => {
  server.addComment.mockRejectedValue(new ApiError(403, 'You cannot comment here.'));
  expect(await comments.write('Hello', ada, null)).toBe(false);
  expect(ids()).toEqual([]);
  expect(count).toBe(2);
  expect(comments.error).toBe('You cannot comment here.');
});

it('puts a reply under what it answers, and takes it back', async () => {
  server.listComments.mockResolvedValue(page([comment('a')]));
  server.addReply.mockRejectedValue(new NetworkError());
  await comments.loadMore();
  const written = comments.write('Yes', ada, comments.list[0]!);
  expect(comments.list[0]).toMatchObject({ replyCount: 1, open: true });
  expect(comments.list[0]!.replies[0]!.parentCommentId).toBe('a');
  expect(await written).toBe(false);
  expect(comments.list[0]).toMatchObject({ replyCount: 0, replies: [] });
});

it('keeps replies in the order of time, whatever came first', async () => {
  server.listComments.mockResolvedValue(page([comment('a', { replyCount: 2 })]));
  server.addReply.mockResolvedValue({
    ...stored,
    id: 'mine',
    createdAt: '2026-03-01T00:00:00.000Z',
  });
  await comments.loadMore();
  await comments.write('Yes', ada, comments.list[0]!);
  server.listReplies.mockResolvedValue(
    page([
      comment('r1'),
      comment('r2'),
      comment('mine', { createdAt: '2026-03-01T00:00:00.000Z' }),
    ]),
  );
  await comments.loadReplies(comments.list[0]!);
  expect(comments.list[0]!.replies.map(({ id }) => id)).toEqual(['r1', 'r2', 'mine']);
});

it('deletes at once, and brings back to its place what could not be deleted', async () => {
  server.listComments.mockResolvedValue(
    page([comment('c'), comment('b', { replyCount: 2 }), comment('a')]),
  );
  await comments.loadMore();
  server.deleteComment.mockRejectedValueOnce(new NetworkError());
  const removed = comments.remove(comments.list[1]!);
  expect(ids()).toEqual(['c', 'a']);
  expect(count).toBe(-1);
  await removed;
  expect(ids()).toEqual(['c', 'b', 'a']);
  expect(count).toBe(2);
  server.deleteComment.mockRejectedValueOnce(new ApiError(404, 'Comment not found'));
  await comments.remove(comments.list[1]!);
  expect(ids()).toEqual(['c', 'a']);
  expect(comments.error).toBe('');
});

it('likes at once and takes it back', async () => {
  server.listComments.mockResolvedValue(page([comment('a', { likeCount: 4 })]));
  await comments.loadMore();
  server.setCommentLike.mockRejectedValueOnce(new NetworkError());
  comments.like(comments.list[0]!, true);
  expect(comments.list[0]).toMatchObject({ isLiked: true, likeCount: 5 });
  await vi.waitFor(() => expect(comments.list[0]).toMatchObject({ isLiked: false, likeCount: 4 }));
});

it('knows how many replies are not on the page', () => {
  const entry = entryOf(comment('a', { replyCount: 3 }));
  expect(unseenReplies(entry)).toBe(3);
  const open = { ...entry, open: true, replies: withPage([], [comment('r')]) };
  expect(unseenReplies(open)).toBe(2);
});

it('refuses what the server would refuse', () => {
  expect(refuseComment('  \n ')).toContain('Write');
  expect(refuseComment('🎉'.repeat(1000))).toBeNull();
  expect(refuseComment('x'.repeat(1001))).toContain('1001');
});
