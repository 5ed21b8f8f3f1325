import { bytes } from '../ui/format';

/** The server's own limits decide; these spare a person the wait for a sure refusal. */
export const MAX_BYTES = 512 * 1024 * 1024;
export const MAX_TITLE = 150;
export const MAX_DESCRIPTION = 5000;

const ENDINGS = /\.(mp4|m4v|mov|qt|webm|mkv)$/i;

/** Why this file cannot be uploaded; null if it may. */
export function refuseFile(file: { name: string; type: string; size: number }): string | null {
  // Some systems know no type for .mkv and .mov.
  if (!file.type.startsWith('video/') && !ENDINGS.test(file.name)) {
    return `“${file.name}” is not a video. Choose an MP4, MOV, WebM or MKV file.`;
  }
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (file.size > MAX_BYTES) {
    return `“${file.name}” is ${bytes(file.size)}. A clip may have up to ${bytes(MAX_BYTES)}.`;
  }
  return null;
}

export function refuseTitle(title: string): string | null {
  const length = [...title.trim()].length;
  if (length === 0) return 'Give your clip a title.';
  if (length > MAX_TITLE) return `Use at most ${MAX_TITLE} characters (now ${length}).`;
  return null;
}
