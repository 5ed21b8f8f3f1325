/** In which order to try to play a clip. */
export interface Source {
  kind: 'native-hls' | 'hls-js' | 'file';
  url: string;
}

export interface Abilities {
  nativeHls: boolean;
  mediaSource: boolean;
}

interface Playable {
  hlsUrl: string | null;
  videoUrl: string | null;
}

export function sourcesFor(clip: Playable, can: Abilities): Source[] {
  const list: Source[] = [];
  if (clip.hlsUrl) {
    const url = mediaPath(clip.hlsUrl);
    if (can.nativeHls) list.push({ kind: 'native-hls', url });
    if (can.mediaSource) list.push({ kind: 'hls-js', url });
  }
  if (clip.videoUrl) list.push({ kind: 'file', url: mediaPath(clip.videoUrl) });
  return list;
}

/**
 * The API gives absolute addresses made from the configured public one. Media comes from the server that
 * sent this page (the content security policy allows nothing else), so only the path counts: a phone that
 * opened the page by another address than the configured one still plays.
 */
export function mediaPath(address: string): string {
  try {
    const url = new URL(address, 'http://reelshare.invalid');
    return url.pathname.startsWith('/media/') ? url.pathname + url.search : address;
  } catch {
    return address;
  }
}

let abilities: Abilities | undefined;

export function browserAbilities(): Abilities {
  abilities ??= {
    nativeHls: document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '',
    mediaSource: 'MediaSource' in window || 'ManagedMediaSource' in window,
  };
  return abilities;
}
