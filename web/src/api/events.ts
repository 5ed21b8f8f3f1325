import { followStream } from './streams';
import type { VideoStatus, Work } from './types';
import { getVideo } from './videos';

export interface ProcessingUpdate {
  status?: VideoStatus;
  progress?: number;
  failure?: string;
  work?: Work;
}

const POLL_MS = 3000;

/**
 * Follows the processing of a clip until it is ready or failed; returns a function that stops following.
 * Uses server-sent events, and asks every few seconds where the server does not give those.
 */
export function followProcessing(id: string, onUpdate: (u: ProcessingUpdate) => void): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    stopped = true;
    unfollow();
    clearTimeout(timer);
  };
  const report = (update: ProcessingUpdate) => {
    if (stopped) return;
    if (update.status === 'ready' || update.status === 'failed') stop();
    onUpdate(update);
  };
  const poll = async () => {
    try {
      const { status, failure, processing } = await getVideo(id);
      report({
        status,
        progress: processing?.progress,
        failure: failure ?? undefined,
        work: processing,
      });
    } catch {
      // The next round asks again.
    }
    if (!stopped) timer = setTimeout(poll, POLL_MS);
  };

  const unfollow = followStream(`/video/${encodeURIComponent(id)}/events`, {
    event({ type, data }) {
      const work = type === 'processing' ? parseWork(data) : null;
      if (work) report({ work });
      const update = type === 'progress' || type === 'status' ? parseUpdate(data) : null;
      if (update) report(update);
    },
    refused: () => void poll(),
  });
  return stop;
}

const STATUSES: readonly string[] = ['processing', 'playable', 'ready', 'failed'];

/** An event's JSON as far as it can be trusted; null for anything else. */
export function parseUpdate(text: string): ProcessingUpdate | null {
  const data = parseObject(text);
  if (!data) return null;
  const { status, progress, failure } = data;
  const update: ProcessingUpdate = {};
  if (typeof status === 'string' && STATUSES.includes(status))
    update.status = status as VideoStatus;
  if (typeof progress === 'number' && Number.isFinite(progress)) {
    update.progress = Math.min(100, Math.max(0, progress));
  }
  if (typeof failure === 'string') update.failure = failure;
  return update;
}

const STAGES: readonly string[] = ['waiting', 'retrying', 'preparing', 'encoding', 'storing'];

/** The same for the event that says what a clip waits for. */
export function parseWork(text: string): Work | null {
  const { stage, reason, waitingSince, ahead } = parseObject(text) ?? {};
  if (typeof stage !== 'string' || !STAGES.includes(stage)) return null;
  return {
    stage: stage as Work['stage'],
    reason: typeof reason === 'string' ? reason : null,
    waitingSince: typeof waitingSince === 'string' ? waitingSince : null,
    ahead: typeof ahead === 'number' && ahead > 0 ? Math.floor(ahead) : 0,
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' ? (data as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
