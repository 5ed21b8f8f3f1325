import { DetailedError, Upload as TusUpload, type PreviousUpload } from 'tus-js-client';
import { ApiError, NetworkError, errorFromBody } from './errors';
import { API, tokenSource } from './http';
import type { Visibility } from './types';

export interface Clip {
  file: File;
  title: string;
  description: string;
  visibility: Visibility;
}

/** What an upload tells while it runs. */
export interface Listener {
  progress(sent: number, total: number): void;
  /** The connection is lost (true) or back (false); the upload goes on by itself. */
  waiting(lost: boolean): void;
}

/** The person cancelled; not an error to show. */
export class Cancelled extends Error {}

/** Between tries. Progress begins the list anew, so this is how long one outage may last. */
const RETRY_MS = [0, 500, 1000, 2000, 3000, ...Array.from({ length: 200 }, () => 5000)];
/** What one request carries at most: so much is sent again where a proxy collects whole requests. */
const CHUNK_BYTES = 32 * 1024 * 1024;

/** The same file of the same person goes on where it stopped, also after the page was loaded anew. */
function options(file: File, userId: string) {
  const print = ['reelshare', userId, file.name, file.size, file.lastModified].join('-');
  return {
    endpoint: `${API}/upload/tus`,
    chunkSize: CHUNK_BYTES,
    retryDelays: RETRY_MS,
    removeFingerprintOnSuccess: true,
    fingerprint: () => Promise.resolve(print),
  };
}

/** An upload of this file that was begun and not ended. */
export async function findInterrupted(file: File, userId: string): Promise<PreviousUpload | null> {
  const upload = new TusUpload(file, options(file, userId));
  const found = await upload.findPreviousUploads();
  return found.at(-1) ?? null;
}

/**
 * Sends a clip, through lost connections and restarts of the server. Gives the id of its post.
 * `previous`: goes on with that one.
 */
export function sendClip(
  { file, title, description, visibility }: Clip,
  userId: string,
  previous: PreviousUpload | null,
  signal: AbortSignal,
  listener: Listener,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let videoId: string | null = null;
    let token: string | null = null;
    let refused = false;
    const upload = new TusUpload(file, {
      ...options(file, userId),
      metadata: { title, description, visibility, filename: file.name, filetype: file.type },
      async onBeforeRequest(request) {
        const tokens = tokenSource();
        token = refused && token ? await tokens.renew(token) : await tokens.token();
        refused = false;
        if (token) request.setHeader('Authorization', `Bearer ${token}`);
      },
      onAfterResponse(_, response) {
        videoId = response.getHeader('X-Video-Id') ?? videoId;
        listener.waiting(false);
      },
      onShouldRetry(error, attempt) {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (status === 401) {
          // Once: who is refused with a new token is logged out.
          if (!token || attempt > 1) return false;
          return (refused = true);
        }
        const again =
          status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
        if (again && status !== 409) listener.waiting(true);
        return again && status !== 507;
      },
      onProgress(sent, total) {
        listener.progress(sent, total);
      },
      onSuccess() {
        if (videoId) resolve(videoId);
        else reject(new NetworkError('The server did not say what became of your clip.'));
      },
      onError: (error) => reject(readable(error)),
    });
    const cancel = () => {
      // Removes what the server has of it, as far as it can be reached.
      upload.abort(true).catch(() => undefined);
      reject(new Cancelled());
    };
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (previous) upload.resumeFromPreviousUpload(previous);
    upload.start();
  });
}

function readable(error: Error | DetailedError): ApiError | NetworkError {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response)
    return new NetworkError('The connection was lost. Try again: it goes on where it stopped.');
  return errorFromBody(
    response.getStatus(),
    parse(response.getBody()),
    response.getHeader('Retry-After'),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
