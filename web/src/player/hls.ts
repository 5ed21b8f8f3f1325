import type Hls from 'hls.js';

/** What the clip in view may buffer, and a clip that only waits for its turn, in seconds. */
const BUFFER_ACTIVE = 24;
const BUFFER_WAITING = 4;

/** Plays a playlist in `video` through Media Source Extensions. The library is fetched on first use. */
export async function attachHls(
  video: HTMLVideoElement,
  url: string,
  wanted: () => boolean,
  onFatal: () => void,
): Promise<HlsHandle | null> {
  const { default: HlsLight } = await import('hls.js/light');
  if (!wanted()) return null;
  if (!HlsLight.isSupported()) {
    onFatal();
    return null;
  }
  const hls = new HlsLight({
    enableWorker: false,
    capLevelToPlayerSize: true,
    startFragPrefetch: true,
    testBandwidth: false,
    abrEwmaDefaultEstimate: 4_000_000,
    maxBufferLength: BUFFER_WAITING,
    maxMaxBufferLength: BUFFER_ACTIVE,
    backBufferLength: BUFFER_ACTIVE,
  });
  let recovered = false;
  hls.on(HlsLight.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.type === HlsLight.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
    } else {
      onFatal();
    }
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return new HlsHandle(hls);
}

export class HlsHandle {
  constructor(private readonly hls: Hls) {}

  setActive(active: boolean): void {
    this.hls.config.maxBufferLength = active ? BUFFER_ACTIVE : BUFFER_WAITING;
  }

  destroy(): void {
    this.hls.destroy();
  }
}
