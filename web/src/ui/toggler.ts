/** What becomes of one toggle: shown when the server agreed, taken back when it did not. */
export interface Toggle<T> {
  id: string;
  on: boolean;
  show(result: T): void;
  undo(error: unknown): void;
}

/**
 * For likes and the like, which are shown at once. Quick changes of one thing are one request at a
 * time: while one is on its way, more clicks only change what it shall end up as.
 */
export function toggler<T>(send: (id: string, on: boolean) => Promise<T>) {
  const wanted = new Map<string, boolean>();
  return async ({ id, on, show, undo }: Toggle<T>): Promise<void> => {
    const busy = wanted.has(id);
    wanted.set(id, on);
    if (busy) return;
    try {
      let sent: boolean;
      do {
        sent = wanted.get(id)!;
        const result = await send(id, sent);
        if (wanted.get(id) === sent) show(result);
      } while (wanted.get(id) !== sent);
    } catch (error) {
      undo(error);
    } finally {
      wanted.delete(id);
    }
  };
}
