// Every page is judged by axe: what hinders people who do not see, do not point, or do not tell colours apart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { faults } from '../support/axe.mjs';
import { desktop, launch, logIn, open, phone } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

let server;
let browser;
let person;
let id;
const pages = {};

before(async () => {
    server = await startServer();
    browser = await launch();
    person = await new Person(server.url).join('Ada Lovelace');
    const other = await new Person(server.url).join('Grace Hopper');
    const answer = await person.upload(await clip({ seconds: 2 }), { title: 'Out with the tide', description: 'Before breakfast. #sailing' });
    id = answer.body.data.id;
    await person.processed(id);
    await other.put(`/api/v1/follows/${person.id}`);
    await other.put(`/api/v1/video/${id}/like`);
    const said = await other.post(`/api/v1/video/${id}/comments`, { json: { content: 'What a wave!' } });
    await person.post(`/api/v1/comment/${said.body.data.id}/replies`, { json: { content: 'It was.' } });
    for (const [name, options] of [['phone', phone], ['desktop', desktop]]) {
        pages[name] = await open(browser, server.url, options);
        pages[`${name}, guest`] = await open(browser, server.url, options);
        await logIn(pages[name], person);
    }
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const ready = {
    feed: ['/', (page) => page.locator('.slot video.painted').first().waitFor()],
    clip: [() => `/v/${id}`, (page) => page.locator('.slot video.painted').first().waitFor()],
    comments: [() => `/v/${id}?comments`, (page) => page.getByText('What a wave!').waitFor()],
    missing: ['/v/nothing-here', (page) => page.getByText(/is not here/i).first().waitFor()],
    login: ['/login', (page) => page.getByLabel('Email').waitFor(), 'guest'],
    register: ['/register', (page) => page.getByLabel('Email').waitFor(), 'guest'],
    'forgot password': ['/forgot-password', (page) => page.getByLabel('Email').waitFor(), 'guest'],
    profile: [() => `/u/${person.id}`, (page) => page.getByRole('link', { name: /^Out with the tide/ }).waitFor()],
    followers: [() => `/u/${person.id}/followers`, (page) => page.getByRole('link', { name: /^Grace Hopper/ }).waitFor()],
    search: ['/search', (page) => page.getByText('What people tag now').waitFor()],
    'what was found': ['/search?q=tide', (page) => page.getByRole('link', { name: /^Out with the tide/ }).waitFor()],
    upload: ['/upload', (page) => page.getByRole('button', { name: /Choose a video/ }).waitFor(), 'own'],
    'my page': ['/me', (page) => page.getByRole('link', { name: /^Out with the tide/ }).waitFor(), 'own'],
    settings: ['/settings', (page) => page.getByLabel('Name').waitFor(), 'own'],
    notifications: ['/notifications', (page) => page.getByText('What a wave!').waitFor(), 'own'],
    statistics: ['/statistics', (page) => page.getByRole('link', { name: /Out with the tide/ }).waitFor(), 'own'],
    'statistics of a clip': [() => `/v/${id}/statistics`, (page) => page.getByRole('heading').nth(1).waitFor(), 'own'],
    'editing a clip': [() => `/v/${id}/edit`, (page) => page.getByLabel('Title').waitFor(), 'own'],
};

for (const [name, [path, until, who]] of Object.entries(ready))
    for (const screen of ['phone', 'desktop'])
        test(`${name} on a ${screen}`, async () => {
            const page = pages[who === 'own' ? screen : `${screen}, guest`];
            await page.goto(typeof path === 'function' ? path() : path);
            await until(page);
            assert.deepEqual(await faults(page), []);
        });

test('the form of an upload', async () => {
    const page = pages.phone;
    await page.goto('/upload');
    await page.locator('input[type=file]').setInputFiles(await clip({ seconds: 2 }));
    await page.getByLabel('Title').waitFor();
    await page.getByRole('button', { name: 'Share clip' }).click();
    await page.getByText('Give your clip a title.').waitFor();
    assert.deepEqual(await faults(page), []);
});

test('who is asked to log in', async () => {
    const page = pages['desktop, guest'];
    await page.goto(`/v/${id}`);
    await page.getByRole('button', { name: /^Like/ }).first().click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await faults(page), []);
});

test('a page that hinders somebody would be seen', async () => {
    const page = pages['phone, guest'];
    await page.goto('/login');
    await page.getByLabel('Email').waitFor();
    await page.evaluate(() => document.querySelectorAll('label').forEach((label) => label.remove()));
    assert.ok((await faults(page)).some((fault) => /label/.test(fault)));
});
