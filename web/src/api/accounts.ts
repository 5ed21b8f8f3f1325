import { call } from './client';

export function register(name: string, email: string, password: string) {
  return call('POST', '/auth/register', { body: { name, email, password } });
}

export function login(email: string, password: string) {
  return call('POST', '/auth/login', { body: { email, password } });
}

/** Trades the refresh cookie for an access token and a new cookie. */
export function refresh() {
  return call('POST', '/auth/refresh-token', {});
}

export function logout() {
  return call('POST', '/auth/logout', {});
}

/** Asks for a link by mail; the answer is the same whether there is such an account or not. */
export function forgotPassword(email: string) {
  return call('POST', '/auth/forgot-password', { body: { email } });
}

export function resetPassword(token: string, newPassword: string) {
  return call('POST', '/auth/reset-password', { body: { token, newPassword } });
}

export function changePassword(oldPassword: string, newPassword: string) {
  return call('POST', '/auth/change-password', { auth: true, body: { oldPassword, newPassword } });
}
