import { request } from './http';
import type { Account } from './types';

interface Token {
  token: string;
}

export function register(name: string, email: string, password: string): Promise<Account> {
  return request('/auth/register', { method: 'POST', body: { name, email, password } });
}

export function login(email: string, password: string): Promise<Token> {
  return request('/auth/login', { method: 'POST', body: { email, password } });
}

/** Trades the refresh cookie for an access token and a new cookie. */
export function refresh(): Promise<Token> {
  return request('/auth/refresh-token', { method: 'POST' });
}

export function logout(): Promise<unknown> {
  return request('/auth/logout', { method: 'POST' });
}

/** Asks for a link by mail; the answer is the same whether there is such an account or not. */
export function forgotPassword(email: string): Promise<unknown> {
  return request('/auth/forgot-password', { method: 'POST', body: { email } });
}

export function resetPassword(token: string, newPassword: string): Promise<unknown> {
  return request('/auth/reset-password', { method: 'POST', body: { token, newPassword } });
}

export function changePassword(oldPassword: string, newPassword: string): Promise<unknown> {
  return request('/auth/change-password', {
    method: 'POST',
    auth: true,
    body: { oldPassword, newPassword },
  });
}
