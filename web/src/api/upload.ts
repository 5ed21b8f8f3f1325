import { NetworkError, errorFromBody } from './errors';
import { API } from './http';
import type { Success, Video } from './types';

export interface UploadRequest {
  file: File;
  title: string;
  description: string;
}

/** The person cancelled; not an error to show. */
export class Cancelled extends Error {}

/**
 * Sends a clip in one multipart request. XMLHttpRequest, because fetch reports no upload progress.
 * The text field comes first, so the server can refuse a bad title before the file is read.
 */
export function sendVideo(
  { file, title, description }: UploadRequest,
  token: string,
  signal: AbortSignal,
  onProgress: (sent: number, total: number) => void,
): Promise<Video> {
  const form = new FormData();
  form.set('data', JSON.stringify({ title, description }));
  form.set('reelVideo', file, file.name);

  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', `${API}/video/upload?wait=none`);
    xhr.setRequestHeader('Authorization', `Bearer ${token}`);
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.responseType = 'text';
    xhr.upload.onprogress = (e) => onProgress(e.loaded, e.lengthComputable ? e.total : file.size);
    xhr.onload = () => {
      const body = parse(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300 && body) resolve((body as Success<Video>).data);
      else reject(errorFromBody(xhr.status, body, xhr.getResponseHeader('Retry-After')));
    };
    xhr.onerror = () =>
      reject(new NetworkError('The connection was lost while uploading. Your clip was not saved.'));
    xhr.onabort = () => reject(new Cancelled());
    if (signal.aborted) return reject(new Cancelled());
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
