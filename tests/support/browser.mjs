// A real Chromium, as Debian ships it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const pictures = path.join(path.dirname(fileURLToPath(import.meta.url)), '../web/screenshots');

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
        if (message.type() === 'error') page.complaints.push(`${message.text()} (${message.location().url})`);
    });
    return page;
}

/** Registers somebody new through the pages, as a person would; leaves them at the feed. */
export async function signUp(page, name) {
    await page.goto('/register');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Email').fill(`${name.toLowerCase().replace(/\W/g, '')}.${Date.now()}@example.org`);
    await page.getByLabel('Password', { exact: true }).fill('correct horse 1');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL((url) => url.pathname === '/');
}

/** Logs in somebody who was made with `Person.join`. */
export async function logIn(page, person) {
    await page.goto('/login');
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL((url) => url.pathname === '/');
}

/** For looking at: tests/web/screenshots/NAME.png, once all pictures and fonts are there. */
export async function shot(page, name) {
    await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))));
    await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}
