import { clipPath } from '../paths';
import { toasts } from './toasts.svelte';

export function shareClip(clip: { id: string; title: string }): Promise<void> {
  return share(clip.title, clipPath(clip.id));
}

/** The system's share sheet on touch devices, else the link goes to the clipboard. */
export async function share(title: string, path: string): Promise<void> {
  const url = location.origin + path;
  if (typeof navigator.share === 'function' && matchMedia('(pointer: coarse)').matches) {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
    }
  }
  if (await copy(url)) toasts.show('Link copied');
  else toasts.show(url);
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text);
  }
}

/** The clipboard interface is missing on plain http from another machine. */
function copyOldWay(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
