import { parsePath, type Route } from './paths';

class Router {
  pathname = $state(location.pathname);
  search = $state(location.search);
  readonly route: Route = $derived(parsePath(this.pathname));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#onClick(event));
  }

  go(to: string, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push') history.pushState(null, '', to);
    else history.replaceState(null, '', to);
    this.#read();
  }

  get params(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  #read(): void {
    this.pathname = location.pathname;
    this.search = location.search;
  }

  /** Plain clicks on links of this site change the page without loading it anew. */
  #onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || link.hasAttribute('download')) return;
    if (link.origin !== location.origin || parsePath(link.pathname).page === 'missing') return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
