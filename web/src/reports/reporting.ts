import { mount, unmount } from 'svelte';
import { session } from '../account/session.svelte';
import type { Reported } from '../api/reports';
import { loginPrompt } from '../ui/loginPrompt.svelte';
import { toasts } from '../ui/toasts.svelte';

export interface Subject {
  kind: Reported;
  id: string;
  /** Its title, its words or their name. */
  text: string;
}

export const nounOf: Record<Reported, string> = {
  video: 'clip',
  comment: 'comment',
  user: 'person',
};

/** Asks what is wrong and tells the moderators. The form is fetched when it is first wanted. */
export async function report(subject: Subject): Promise<void> {
  if (!session.me) return loginPrompt.ask(`to report this ${nounOf[subject.kind]}`);
  try {
    const { default: ReportDialog } = await import('./ReportDialog.svelte');
    const dialog = mount(ReportDialog, {
      target: document.body,
      props: { subject, onclose: () => void unmount(dialog) },
    });
  } catch {
    toasts.show('The form did not load. Check your connection and try again.', 'error');
  }
}
