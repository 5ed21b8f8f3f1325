// A real Chromium, as Debian ships it.
import { chromium } from 'playwright-core';

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const desktop = { viewport: { width: 1440, height: 900 } };

export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
    });
}

/** A page of a fresh context; what its scripts complain about is collected in `page.complaints`. */
export async function open(browser, url, options = desktop) {
    const context = await browser.newContext({ baseURL: url, ...options });
    const page = await context.newPage();
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error') page.complaints.push(message.text());
    });
    return page;
}
