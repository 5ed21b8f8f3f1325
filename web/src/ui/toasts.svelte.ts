interface Toast {
  id: number;
  text: string;
  kind: 'info' | 'error';
}

const SHOWN_MS = 4500;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  show(text: string, kind: Toast['kind'] = 'info'): void {
    const id = ++this.#next;
    this.list = [...this.list.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
    setTimeout(() => (this.list = this.list.filter((t) => t.id !== id)), SHOWN_MS);
  }
}

export const toasts = new Toasts();
