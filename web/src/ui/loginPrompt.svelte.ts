/** Asks a guest to log in for something; `why` completes the sentence "Log in …". */
class LoginPrompt {
  why = $state<string | null>(null);

  ask(why: string): void {
    this.why = why;
  }
}

export const loginPrompt = new LoginPrompt();
