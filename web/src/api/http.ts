import { NetworkError, errorFromBody } from './errors';

export const API = '/api/v1';
const TIMEOUT_MS = 20_000;

/** Who supplies access tokens; the session registers itself here, so that this module knows nothing of it. */
export interface TokenSource {
  /** A token that is valid now, or null for a guest. */
  token(): Promise<string | null>;
  /** A new token after the server refused `refused`, or null when the session is over. */
  renew(refused: string): Promise<string | null>;
}

let tokens: TokenSource = { token: async () => null, renew: async () => null };

export function setTokenSource(source: TokenSource): void {
  tokens = source;
}

export function tokenSource(): TokenSource {
  return tokens;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Options {
  method: Method;
  /** A file as it is, anything else as JSON. */
  body?: unknown;
  /** `true`: send the bearer token if somebody is logged in. */
  auth?: boolean;
  /** Goes out even where the page is being left. */
  keepalive?: boolean;
}

/** One request below the API's path; gives the whole envelope, throws ApiError or NetworkError. */
export async function request<T>(path: string, options: Options): Promise<T> {
  const token = options.auth ? await tokens.token() : null;
  let response = await send(path, options, token);
  if (response.status === 401 && token) {
    const renewed = await tokens.renew(token);
    if (renewed) response = await send(path, options, renewed);
  }
  const body = await readJson(response);
  if (!response.ok) throw errorFromBody(response.status, body, response.headers.get('Retry-After'));
  return body as T;
}

/** The answer to a request for a stream, as soon as it begins. Lasts until `stop`; throws what `fetch` throws. */
export async function openStream(path: string, stop: AbortSignal): Promise<Response> {
  const ask = (token: string | null) =>
    fetch(API + path, {
      headers: {
        Accept: 'text/event-stream',
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      cache: 'no-store',
      signal: stop,
    });
  const token = await tokens.token();
  const response = await ask(token);
  if (response.status !== 401 || !token) return response;
  const renewed = await tokens.renew(token);
  if (!renewed) return response;
  void response.body?.cancel();
  return ask(renewed);
}

async function send(path: string, options: Options, token: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const file = options.body instanceof Blob ? options.body : null;
  if (file) headers['Content-Type'] = file.type || 'application/octet-stream';
  else if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    return await fetch(API + path, {
      method: options.method,
      headers,
      body: file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      // Ask the server each time; an ETag makes an unchanged answer cheap.
      cache: 'no-cache',
      keepalive: options.keepalive ?? false,
      signal: abort.signal,
    });
  } catch {
    throw new NetworkError();
  } finally {
    clearTimeout(timer);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    if (response.ok) throw new NetworkError();
    return null;
  }
}
