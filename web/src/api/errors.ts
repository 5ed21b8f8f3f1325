import type { Failure, FieldError } from './types';

/** The server answered, and the answer is no. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: FieldError[] = [],
    readonly code = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The messages for one field of a form. */
  field(path: string): string | undefined {
    return this.fields.find((f) => f.path === path)?.message;
  }
}

/** No answer: offline, the server is down, or the wait was too long. */
export class NetworkError extends Error {
  constructor(message = 'ReelShare cannot be reached. Check your connection and try again.') {
    super(message);
    this.name = 'NetworkError';
  }
}

/** An ApiError from an answer's body, whatever a proxy on the way may have put there instead. */
export function errorFromBody(status: number, body: unknown, retryAfter?: string | null): ApiError {
  const failure = isFailure(body) ? body : undefined;
  const fields = failure?.errorMessages ?? [];
  let message = failure?.message || messageForStatus(status);
  if (status === 429 && retryAfter && /^\d+$/.test(retryAfter)) {
    message = `Too many requests. Try again in ${retryAfter} s.`;
  }
  return new ApiError(status, message, fields, failure?.code);
}

/** What a person should read: the entries of the envelope where they say more than its title. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const details = error.fields.map((f) => f.message).filter((m) => m && m !== error.message);
    if (error.message === 'Validation Error' && details.length) return details.join(' ');
    return details.length && error.status < 500 ? details.join(' ') : error.message;
  }
  if (error instanceof NetworkError) return error.message;
  return 'Something went wrong. Please try again.';
}

function isFailure(body: unknown): body is Failure {
  return typeof body === 'object' && body !== null && typeof (body as Failure).message === 'string';
}

function messageForStatus(status: number): string {
  if (status === 413) return 'This file is too large for this server.';
  if (status === 429) return 'Too many requests. Please try again after a while.';
  if (status >= 500) return 'The server has a problem right now. Please try again in a moment.';
  return `The server refused the request (${status}).`;
}
