import { ApiError, explain } from '../api/errors';

/** The state that every form has: busy, a message for the whole, and messages for its fields. */
export class FormState {
  busy = $state(false);
  message = $state('');
  fields: Record<string, string> = $state({});

  /** Runs the form's work; true when it succeeded. `known` are the fields that can show a message. */
  async submit(
    form: HTMLFormElement,
    known: readonly string[],
    work: () => Promise<void>,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.message = '';
    this.fields = {};
    try {
      await work();
      return true;
    } catch (error) {
      this.#show(error, known);
      // After the messages are on the page.
      setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return false;
    } finally {
      this.busy = false;
    }
  }

  #show(error: unknown, known: readonly string[]): void {
    if (error instanceof ApiError) {
      for (const name of known) {
        const text = error.field(name);
        if (text) this.fields[name] = text;
      }
      if (Object.keys(this.fields).length > 0) return;
    }
    this.message = explain(error);
  }
}
