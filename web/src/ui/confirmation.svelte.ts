export interface Question {
  title: string;
  text: string;
  /** What the button that does it says. */
  action: string;
}

/** Asks before what cannot be undone; `ask` gives true when the person means it. */
class Confirmation {
  question: Question | null = $state.raw(null);
  #answer: ((yes: boolean) => void) | null = null;

  ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(yes: boolean): void {
    const answer = this.#answer;
    this.question = null;
    this.#answer = null;
    answer?.(yes);
  }
}

export const confirmation = new Confirmation();
