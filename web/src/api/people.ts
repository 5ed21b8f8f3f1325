import { call } from './client';
import { request } from './http';

const CLIPS = 18;
const PEOPLE = 30;

export function getProfile(id: string) {
  return call('GET', '/user/{id}', { path: { id } });
}

export function getMyProfile() {
  return call('GET', '/user/me', { auth: true });
}

export function changeMyProfile(change: { name?: string; bio?: string; contact?: string }) {
  return call('PATCH', '/user/me', { body: change, auth: true });
}

/** JPEG, PNG or WebP; the middle of it is shown. */
export async function setMyPicture(picture: Blob): Promise<string> {
  const { data } = await request<{ data: { avatarUrl: string } }>('/user/me/avatar', {
    method: 'PUT',
    body: picture,
    auth: true,
  });
  return data.avatarUrl;
}

export function removeMyPicture() {
  return call('DELETE', '/user/me/avatar', { auth: true });
}

/** Where a ZIP archive of everything kept about me is. */
export function exportMyData() {
  return call('POST', '/user/me/export', { auth: true });
}

export function deleteMyAccount(password: string) {
  return call('DELETE', '/user/me', { body: { password }, auth: true });
}

/** Newest first; mine with those that others do not see. */
export function listVideosOf(id: string, cursor: string | null, limit = CLIPS) {
  return call('GET', '/user/{id}/videos', {
    path: { id },
    query: { limit, cursor: cursor ?? undefined },
    auth: true,
  });
}

export type Side = 'followers' | 'following';

export function listPeople(id: string, side: Side, cursor: string | null) {
  const options = { path: { id }, query: { limit: PEOPLE, cursor: cursor ?? undefined } };
  return side === 'followers'
    ? call('GET', '/user/{id}/followers', options)
    : call('GET', '/user/{id}/following', options);
}

export function getRelation(userId: string) {
  return call('GET', '/follows/{userId}', { path: { userId }, auth: true });
}

export function setFollow(userId: string, on: boolean) {
  return call(on ? 'PUT' : 'DELETE', '/follows/{userId}', { path: { userId }, auth: true });
}

export function setBlock(id: string, on: boolean) {
  return call(on ? 'PUT' : 'DELETE', '/user/{id}/block', { path: { id }, auth: true });
}

export function setMute(id: string, on: boolean) {
  return call(on ? 'PUT' : 'DELETE', '/user/{id}/mute', { path: { id }, auth: true });
}

/** Where I am logged in. */
export function listDevices() {
  return call('GET', '/auth/sessions', { auth: true });
}

export function endDevice(id: string) {
  return call('DELETE', '/auth/sessions/{id}', { path: { id }, auth: true });
}
