import { expect, it, vi } from 'vitest';
import { toggler } from './toggler';

function deferred() {
  const waiting: ((ok: boolean) => void)[] = [];
  const send = vi.fn(
    (_id: string, on: boolean) =>
      new Promise<boolean>((resolve, reject) =>
        waiting.push((ok) => (ok ? resolve(on) : reject(new Error('no')))),
      ),
  );
  const answer = async (ok = true) => {
    waiting.shift()!(ok);
    await new Promise((done) => setTimeout(done));
  };
  return { send, answer };
}

it('sends one request at a time, and the last wish wins', async () => {
  const { send, answer } = deferred();
  const toggle = toggler(send);
  const shown: boolean[] = [];
  const wish = (on: boolean) =>
    void toggle({ id: 'a', on, show: (now) => shown.push(now), undo: () => shown.push(false) });
  wish(true);
  wish(false);
  wish(true);
  wish(false);
  expect(send.mock.calls).toEqual([['a', true]]);
  await answer();
  expect(send.mock.calls.at(-1)).toEqual(['a', false]);
  expect(shown).toEqual([]);
  await answer();
  expect(shown).toEqual([false]);
  expect(send).toHaveBeenCalledTimes(2);
});

it('takes it back when the server refuses, and can be tried again', async () => {
  const { send, answer } = deferred();
  const toggle = toggler(send);
  const undo = vi.fn();
  const show = vi.fn();
  void toggle({ id: 'a', on: true, show, undo });
  await answer(false);
  expect(undo).toHaveBeenCalledOnce();
  void toggle({ id: 'a', on: true, show, undo });
  await answer();
  expect(show).toHaveBeenCalledWith(true);
});

it('keeps different things apart', async () => {
  const { send } = deferred();
  const toggle = toggler(send);
  void toggle({ id: 'a', on: true, show() {}, undo() {} });
  void toggle({ id: 'b', on: true, show() {}, undo() {} });
  expect(send).toHaveBeenCalledTimes(2);
});
