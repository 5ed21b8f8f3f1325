const KEY = 'reelshare.sound';

/** Whether the viewer wants sound (remembered), and whether the browser lets us have it. */
class Sound {
  wanted = $state(load());
  /** Browsers refuse sound before the first touch, click or key on the page. */
  refused = $state(false);

  get muted(): boolean {
    return !this.wanted || this.refused;
  }

  toggle(): void {
    this.wanted = this.muted;
    this.refused = false;
    try {
      localStorage.setItem(KEY, this.wanted ? 'on' : 'off');
    } catch {
      // Not remembered then.
    }
  }
}

function load(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

export const sound = new Sound();
