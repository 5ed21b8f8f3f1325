import * as accounts from '../api/accounts';
import { ApiError } from '../api/errors';
import { setTokenSource } from '../api/http';
import { getMyProfile } from '../api/people';
import type { Role } from '../api/types';
import { readClaims, type Claims } from './claims';

/** Tells a page load that a refresh cookie (unreadable from here) is probably there, and whose it is. */
const HINT_KEY = 'reelshare.session';
/** Renew a token this long before it ends. */
const MARGIN_S = 30;

export interface Me {
  id: string;
  email: string;
  name: string;
  avatarUrl: string | null;
}

/**
 * Who is logged in. The access token lives in memory only; the refresh token in a cookie that scripts
 * cannot read. `ready` resolves once it is known whether a former session could be restored.
 */
class Session {
  me = $state<Me | null>(null);
  restoring = $state(true);
  /** As the server last said; null while nobody asked. */
  role: Role | null = $state(null);
  readonly ready: Promise<void>;

  #token: string | null = null;
  #claims: Claims | null = null;
  #renewal: Promise<string | null> | null = null;

  constructor() {
    setTokenSource({
      token: () => this.token(),
      renew: (refused) => (refused === this.#token ? this.#renew() : Promise.resolve(this.#token)),
    });
    this.ready = this.#restore();
    addEventListener('storage', (event) => {
      // Another tab logged out.
      if (event.key === HINT_KEY && event.newValue === null) this.#forget();
    });
  }

  async token(minimumSeconds = MARGIN_S): Promise<string | null> {
    await this.ready;
    const left = this.#claims ? this.#claims.exp - Date.now() / 1000 : 0;
    // No token but a hint: the server could not be reached when the page was loaded.
    if (left < minimumSeconds && readHint()) await this.#renew();
    return this.#token;
  }

  async login(email: string, password: string, name?: string): Promise<void> {
    const { token } = await accounts.login(email, password);
    this.#accept(token, name);
  }

  async register(name: string, email: string, password: string): Promise<void> {
    await accounts.register(name, email, password);
    await this.login(email, password, name);
  }

  async logout(): Promise<void> {
    this.#forget();
    try {
      await accounts.logout();
    } catch {
      // The session is gone from this device either way.
    }
  }

  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    await accounts.changePassword(oldPassword, newPassword);
    // Tokens from before the change are refused.
    await this.#renew();
  }

  /** The token says neither name nor picture nor role; any answer that does teaches them. */
  learn({ id, name, avatarUrl, role }: Omit<Me, 'email'> & { role?: Role }): void {
    if (this.me?.id !== id || !name) return;
    if (role) this.role = role;
    if (this.me.name === name && this.me.avatarUrl === avatarUrl) return;
    this.me.name = name;
    this.me.avatarUrl = avatarUrl;
    this.#remember();
  }

  async #restore(): Promise<void> {
    if (readHint()) await this.#renew();
    this.restoring = false;
  }

  /** One refresh at a time, in all tabs together: a refresh token may be used only once. */
  #renew(): Promise<string | null> {
    this.#renewal ??= exclusively(async () => {
      try {
        const { token } = await accounts.refresh();
        this.#accept(token);
      } catch (error) {
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) this.#forget();
      }
      return this.#token;
    }).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  #accept(token: string, name?: string): void {
    const claims = readClaims(token);
    if (!claims) throw new Error('The server sent a token that cannot be read.');
    this.#token = token;
    this.#claims = claims;
    const hint = readHint();
    const before = this.me ?? (hint?.id === claims.id ? hint : undefined);
    const known = name ?? before?.name;
    if (this.me?.id !== claims.id) this.role = null;
    this.me = {
      id: claims.id,
      email: claims.email,
      name: known ?? claims.email.split('@')[0]!,
      avatarUrl: before?.avatarUrl ?? null,
    };
    this.#remember();
    if (!before) void this.#askWho();
  }

  async #askWho(): Promise<void> {
    try {
      this.learn(await getMyProfile());
    } catch {
      // Some later answer will say it.
    }
  }

  #remember(): void {
    if (!this.me) return;
    const { id, name, avatarUrl } = this.me;
    writeHint({ id, name, avatarUrl });
  }

  #forget(): void {
    this.#token = null;
    this.#claims = null;
    this.me = null;
    this.role = null;
    writeHint(null);
  }
}

type Hint = Pick<Me, 'id' | 'name' | 'avatarUrl'>;

function readHint(): Hint | null {
  try {
    return JSON.parse(localStorage.getItem(HINT_KEY) ?? 'null') as Hint | null;
  } catch {
    return null;
  }
}

function writeHint(hint: Hint | null): void {
  try {
    if (hint) localStorage.setItem(HINT_KEY, JSON.stringify(hint));
    else localStorage.removeItem(HINT_KEY);
  } catch {
    // Storage is off: the session ends with the page.
  }
}

function exclusively<T>(work: () => Promise<T>): Promise<T> {
  // Absent on plain http from another machine.
  if (!navigator.locks) return work();
  return navigator.locks.request('reelshare.refresh', work) as Promise<T>;
}

export const session = new Session();
