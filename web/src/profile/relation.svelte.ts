import { ApiError, explain } from '../api/errors';
import * as api from '../api/people';
import type { Profile } from '../api/types';
import { toasts } from '../ui/toasts.svelte';
import { toggler } from '../ui/toggler';
import { WallMemory } from './walls';

const toggleFollow = toggler(api.setFollow);

/** How somebody who is logged in stands to the person of a profile, and what they change about it. */
export class Relation {
  following = $state(false);
  followedBy = $state(false);
  blocked = $state(false);
  muted = $state(false);
  known = $state(false);

  readonly #walls: WallMemory;

  constructor(
    me: string,
    private readonly profile: Profile,
  ) {
    this.#walls = new WallMemory(me, localStorage);
    const { isBlocked, isMuted } = this.#walls.of(profile.id);
    this.blocked = isBlocked;
    this.muted = isMuted;
  }

  async load(): Promise<void> {
    try {
      this.#show(await api.getRelation(this.profile.id));
    } catch {
      // The button then follows; that is idempotent.
    }
    this.known = true;
  }

  follow(on: boolean): void {
    if (this.following === on) return;
    const { counts } = this.profile;
    const before = counts.followers;
    this.following = on;
    counts.followers = Math.max(0, before + (on ? 1 : -1));
    void toggleFollow({
      id: this.profile.id,
      on,
      show: (relation) => this.#show(relation),
      undo: (error) => {
        this.following = !on;
        counts.followers = before;
        this.#complain(error);
      },
    });
  }

  async block(on: boolean): Promise<void> {
    try {
      const wall = await api.setBlock(this.profile.id, on);
      this.#note(wall);
      if (wall.isBlocked) this.#show(await api.getRelation(this.profile.id));
      const done = on ? 'You blocked' : 'You no longer block';
      toasts.show(`${done} ${this.profile.name}.`);
    } catch (error) {
      this.#complain(error);
    }
  }

  async mute(on: boolean): Promise<void> {
    try {
      this.#note(await api.setMute(this.profile.id, on));
      const done = on ? 'You muted' : 'You no longer mute';
      toasts.show(`${done} ${this.profile.name}.`);
    } catch (error) {
      this.#complain(error);
    }
  }

  #note({ isBlocked, isMuted }: { isBlocked: boolean; isMuted: boolean }): void {
    this.blocked = isBlocked;
    this.muted = isMuted;
    this.#walls.note(this.profile.id, { isBlocked, isMuted });
  }

  #show(relation: Awaited<ReturnType<typeof api.getRelation>>): void {
    this.following = relation.isFollowing;
    this.followedBy = relation.isFollowedBy;
    this.profile.counts.followers = relation.followerCount;
    this.profile.counts.following = relation.followingCount;
  }

  #complain(error: unknown): void {
    const refused = error instanceof ApiError && error.status === 403;
    toasts.show(refused ? `You cannot follow ${this.profile.name}.` : explain(error), 'error');
  }
}
