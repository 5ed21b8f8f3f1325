import { thumbHashToDataURL } from 'thumbhash';

const KEPT = 200;
const made = new Map<string, string | null>();

/** A blurred picture out of the few bytes of a ThumbHash, as a data: URL; null where there is none. */
export function stillOf(hash: string | null | undefined): string | null {
  if (!hash) return null;
  let still = made.get(hash);
  if (still === undefined) {
    still = decode(hash);
    if (made.size >= KEPT) made.delete(made.keys().next().value!);
    made.set(hash, still);
  }
  return still;
}

function decode(hash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (c) => c.charCodeAt(0));
    return bytes.length >= 5 ? thumbHashToDataURL(bytes) : null;
  } catch {
    return null;
  }
}
