import { API } from './http';
import type { VideoStatus } from './types';
import { getVideo } from './videos';

export interface ProcessingUpdate {
  status?: VideoStatus;
  progress?: number;
  failure?: string;
}

const POLL_MS = 3000;

/**
 * Follows the processing of a clip until it is ready or failed; returns a function that stops following.
 * Uses server-sent events, and asks every few seconds where those do not get through.
 */
export function followProcessing(id: string, onUpdate: (u: ProcessingUpdate) => void): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const source = new EventSource(`${API}/video/${encodeURIComponent(id)}/events`);

  const stop = () => {
    stopped = true;
    source.close();
    clearTimeout(timer);
  };
  const report = (update: ProcessingUpdate) => {
    if (stopped) return;
    if (update.status === 'ready' || update.status === 'failed') stop();
    onUpdate(update);
  };
  const onEvent = (event: MessageEvent<string>) => {
    const update = parseUpdate(event.data);
    if (update) report(update);
  };
  const poll = async () => {
    try {
      const { status, failure } = await getVideo(id);
      report({ status, failure: failure ?? undefined });
    } catch {
      // The next round asks again.
    }
    if (!stopped) timer = setTimeout(poll, POLL_MS);
  };

  source.addEventListener('progress', onEvent);
  source.addEventListener('status', onEvent);
  source.addEventListener('error', () => {
    // CONNECTING: the browser tries again by itself. CLOSED: it gave up.
    if (!stopped && source.readyState === EventSource.CLOSED) void poll();
  });
  return stop;
}

const STATUSES: readonly string[] = ['processing', 'playable', 'ready', 'failed'];

/** An event's JSON as far as it can be trusted; null for anything else. */
export function parseUpdate(text: string): ProcessingUpdate | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null) return null;
  const { status, progress, failure } = data as Record<string, unknown>;
  const update: ProcessingUpdate = {};
  if (typeof status === 'string' && STATUSES.includes(status))
    update.status = status as VideoStatus;
  if (typeof progress === 'number' && Number.isFinite(progress)) {
    update.progress = Math.min(100, Math.max(0, progress));
  }
  if (typeof failure === 'string') update.failure = failure;
  return update;
}
