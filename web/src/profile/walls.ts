const KEY = 'reelshare.walls';
/** More than a person remembers having shut out from one device. */
const MOST = 500;

export interface Wall {
  isBlocked: boolean;
  isMuted: boolean;
}
type Walls = Record<string, Wall>;

/**
 * Whom I blocked or muted from this device, as the server last said it: it tells so only in answer to
 * a change. Where this device does not know, blocking once more does no harm.
 */
export class WallMemory {
  constructor(
    private readonly me: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'>,
  ) {}

  of(userId: string): Wall {
    return this.#read()[userId] ?? { isBlocked: false, isMuted: false };
  }

  note(userId: string, { isBlocked, isMuted }: Wall): void {
    const { [userId]: _, ...others } = this.#read();
    const kept = Object.entries(others).slice(1 - MOST);
    if (isBlocked || isMuted) kept.push([userId, { isBlocked, isMuted }]);
    try {
      this.storage.setItem(`${KEY}.${this.me}`, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // Storage is off: it is not remembered.
    }
  }

  #read(): Walls {
    try {
      const found: unknown = JSON.parse(this.storage.getItem(`${KEY}.${this.me}`) ?? '{}');
      return typeof found === 'object' && found !== null ? (found as Walls) : {};
    } catch {
      return {};
    }
  }
}
