import { describe, expect, it } from 'vitest';
import { readClaims } from '../account/claims';
import { ApiError, NetworkError, errorFromBody, explain } from './errors';
import { parseUpdate, parseWork } from './events';

describe('errors', () => {
  const invalid = {
    success: false,
    message: 'Validation Error',
    errorMessages: [{ path: 'email', message: 'Enter a valid email address.' }],
  };

  it('show the entries of the envelope', () => {
    const error = errorFromBody(400, invalid);
    expect(error.field('email')).toBe('Enter a valid email address.');
    expect(error.field('name')).toBeUndefined();
    expect(explain(error)).toBe('Enter a valid email address.');
  });

  it('make sense of answers that are no envelope', () => {
    expect(explain(errorFromBody(502, '<html>'))).toContain('server');
    expect(explain(errorFromBody(413, null))).toContain('too large');
    expect(explain(errorFromBody(429, null, '7'))).toContain('7 s');
  });

  it('never show what is inside an unknown failure', () => {
    expect(explain(new TypeError('x is undefined'))).not.toContain('undefined');
    expect(explain(new NetworkError())).toContain('connection');
    expect(explain(new ApiError(404, 'Video not found'))).toBe('Video not found');
  });
});

it('reads processing events as far as they can be trusted', () => {
  expect(parseUpdate('{"progress":37,"status":"processing"}')).toEqual({
    progress: 37,
    status: 'processing',
  });
  expect(parseUpdate('{"progress":370}')).toEqual({ progress: 100 });
  expect(parseUpdate('{"status":"failed","failure":"No picture."}')).toEqual({
    status: 'failed',
    failure: 'No picture.',
  });
  expect(parseUpdate('{"status":"exploded","progress":"x"}')).toEqual({});
  expect(parseUpdate('null')).toBeNull();
  expect(parseUpdate('{')).toBeNull();
});

it('reads what a clip waits for as far as it can be trusted', () => {
  const work = {
    stage: 'waiting',
    reason: 'Soon.',
    waitingSince: '2026-05-01T18:20:30Z',
    ahead: 2,
  };
  expect(parseWork(JSON.stringify(work))).toEqual(work);
  expect(parseWork('{"stage":"encoding","reason":7,"ahead":-1}')).toEqual({
    stage: 'encoding',
    reason: null,
    waitingSince: null,
    ahead: 0,
  });
  for (const bad of ['{"stage":"asleep"}', '{}', 'null', '3', '{']) {
    expect(parseWork(bad)).toBeNull();
  }
});

it('reads the claims of a token, and nothing from what is none', () => {
  const base64url = (text: string) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(text)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=/g, '');
  const token = (claims: unknown) => `e30.${base64url(JSON.stringify(claims))}.x`;
  expect(readClaims(token({ id: '1', email: 'zoë@example.org', exp: 5 }))).toEqual({
    id: '1',
    email: 'zoë@example.org',
    exp: 5,
  });
  expect(readClaims(token({ id: 1 }))).toBeNull();
  expect(readClaims('garbage')).toBeNull();
});
