export interface Claims {
  id: string;
  email: string;
  /** Seconds since 1970. */
  exp: number;
}

/** What an access token says. Only for display and timing: the server is the one who checks it. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) =>
      c.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== 'object' || claims === null) return null;
    const { id, email, exp } = claims as Record<string, unknown>;
    if (typeof id !== 'string' || typeof email !== 'string' || typeof exp !== 'number') return null;
    return { id, email, exp };
  } catch {
    return null;
  }
}
