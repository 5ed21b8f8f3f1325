// A small client of the API for tests: one person with a token and cookies.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { holdToContract } from './contract.mjs';
import { until } from './server.mjs';

export class Person {
    constructor(url) {
        this.url = url;
        this.token = null;
        this.cookies = new Map();
    }

    async request(method, path, { json, body, headers = {}, token = this.token } = {}) {
        const answer = await fetch(this.url + path, {
            method,
            headers: {
                ...(json !== undefined ? { 'content-type': 'application/json' } : {}),
                ...(token ? { authorization: `Bearer ${token}` } : {}),
                ...(this.cookies.size ? { cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ') } : {}),
                ...headers,
            },
            body: json !== undefined ? JSON.stringify(json) : body,
            redirect: 'manual',
        });
        for (const line of answer.headers.getSetCookie?.() ?? []) {
            const [pair] = line.split(';');
            const at = pair.indexOf('=');
            if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at));
            else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
        const text = await answer.text();
        let data = null;
        if (text && /json/.test(answer.headers.get('content-type') ?? '')) data = JSON.parse(text);
        holdToContract(method, path.split('?')[0], answer.status, data);
        return { status: answer.status, headers: answer.headers, text, body: data };
    }

    get = (path, options) => this.request('GET', path, options);
    post = (path, options) => this.request('POST', path, options);
    put = (path, options) => this.request('PUT', path, options);
    delete = (path, options) => this.request('DELETE', path, options);

    /** Registers somebody new and logs in. */
    async join(name = 'Ada Lovelace') {
        this.email = `${randomBytes(6).toString('hex')}@example.org`;
        this.password = 'correct horse 1';
        const registered = await this.post('/api/v1/auth/register', {
            json: { name, email: this.email, password: this.password },
        });
        if (registered.status !== 201) throw new Error(`register: ${registered.text}`);
        this.id = registered.body.data.id;
        await this.login();
        return this;
    }

    async login() {
        const answer = await this.post('/api/v1/auth/login', {
            json: { email: this.email, password: this.password },
            token: null,
        });
        if (answer.status !== 200) throw new Error(`login: ${answer.text}`);
        this.token = answer.body.data.token;
    }

    async upload(file, data = { title: 'A clip' }, { query = '?wait=none', name = 'clip.mp4', headers = {} } = {}) {
        const form = new FormData();
        form.append('data', JSON.stringify(data));
        form.append('reelVideo', new Blob([await readFile(file)]), name);
        return this.post(`/api/v1/video/upload${query}`, { body: form, headers });
    }

    /** Waits until the clip is ready or failed and returns the video. */
    async processed(id, { ms = 120_000 } = {}) {
        return until(
            async () => {
                const answer = await this.get(`/api/v1/video/${id}`);
                if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
                const video = answer.body.data;
                return ['ready', 'failed'].includes(video.status) ? video : null;
            },
            { ms, every: 100, what: `clip ${id} to be processed` },
        );
    }
}
