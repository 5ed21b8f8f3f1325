import { openStream } from './http';
import { EventParser, waitBefore, type ServerEvent } from './sse';

/** The server speaks at least every 15 s; a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000;

export interface Listener {
  event(event: ServerEvent): void;
  /** The server will not give this stream; following has ended. */
  refused?(status: number): void;
}

/**
 * Follows a stream of the API until the returned function is called: with the token of whoever is logged
 * in, through lost connections and restarts of the server.
 */
export function followStream(path: string, listener: Listener): () => void {
  const stop = new AbortController();
  void run(path, listener, stop.signal);
  return () => stop.abort();
}

async function run(path: string, listener: Listener, stop: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    let retryAfter = 0;
    try {
      const answer = await openStream(path, stop);
      if (answer.ok) {
        await read(answer, stop, (event) => {
          failures = 0;
          listener.event(event);
        });
      } else {
        if (stop.aborted) return;
        const { status } = answer;
        void answer.body?.cancel();
        if (status < 500 && status !== 429 && status !== 408) return listener.refused?.(status);
        retryAfter = 1000 * (Number(answer.headers.get('Retry-After')) || 0);
      }
    } catch {
      // Not reached, or cut: once more.
    }
    if (!stop.aborted) await rest(waitBefore(failures++, Math.random(), retryAfter), stop);
  }
}

async function read(
  answer: Response,
  stop: AbortSignal,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  const cancel = () => void reader.cancel().catch(() => undefined);
  stop.addEventListener('abort', cancel);
  try {
    while (!stop.aborted) {
      const timer = setTimeout(cancel, SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      for (const event of parser.push(value)) if (!stop.aborted) onEvent(event);
    }
  } finally {
    stop.removeEventListener('abort', cancel);
    cancel();
  }
}

/** A while; less where the device comes online again meanwhile. */
function rest(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
    stop.addEventListener('abort', end);
  });
}
