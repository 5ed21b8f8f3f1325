import { expect, it } from 'vitest';
import { EventParser, waitBefore } from './sse';

it('reads events, however the text is cut', () => {
  const text =
    ': heartbeat\n\nevent: unread\ndata: {"unreadCount":2}\n\nid: 7\nevent:notification\r\ndata: a\ndata:  b\n\ndata: c\n\nevent: never\n\n';
  const expected = [
    { type: 'unread', data: '{"unreadCount":2}' },
    { type: 'notification', data: 'a\n b' },
    { type: 'message', data: 'c' },
  ];
  for (const size of [1, 3, 7, text.length]) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) {
      events.push(...parser.push(text.slice(at, at + size)));
    }
    expect(events).toEqual(expected);
  }
});

it('waits longer each time, and never less than it was told', () => {
  expect(waitBefore(0, 1)).toBe(1000);
  expect(waitBefore(0, 0)).toBe(500);
  expect(waitBefore(3, 1)).toBe(8000);
  expect(waitBefore(50, 1)).toBe(60_000);
  expect(waitBefore(0, 0, 5000)).toBe(5000);
});
