// Requests made from docs/openapi.yaml, most of them wrong somewhere: types, sizes, encodings, naughty strings. The same
// seed makes the same requests.
import { createRequire } from 'node:module';

import { document } from './contract.mjs';

const naughty = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json');

/** Numbers in [0, 1) that are the same on every machine (mulberry32). */
function randomNumbers(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
}

const resolve = (value) =>
    value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key.replace(/~1/g, '/')], document) : value;

/** Streams do not end by themselves. */
const isStream = (operation) => Boolean(resolve(operation.responses[200])?.content?.['text/event-stream']);

export class Requests {
    /** `ids`: real ids to mix in. `leaveOut`: operationIds that are not asked. */
    constructor({ seed = 1, ids = [], leaveOut = [] } = {}) {
        this.random = randomNumbers(seed);
        this.ids = ids;
        this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
            ['get', 'put', 'post', 'patch', 'delete', 'head'].filter((method) => item[method] && !leaveOut.includes(item[method].operationId) && !isStream(item[method]))
                .map((method) => ({ path, method, operation: item[method], parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve) })));
    }

    pick(list) {
        return list[Math.floor(this.random() * list.length)];
    }

    chance(part) {
        return this.random() < part;
    }

    /** { method, path, headers, body } of the next request. */
    next() {
        const { path, method, operation, parameters } = this.pick(this.operations);
        const address = path.replace(/\{\w+\}/g, () => this.segment());
        const query = parameters.filter((one) => one.in === 'query' && this.chance(0.5)).map((one) => `${one.name}=${this.inQuery(one.schema)}`);
        if (this.chance(0.05)) query.push(`${encodeURIComponent(this.text())}=${encodeURIComponent(this.text())}`);
        const headers = {};
        let body;
        const content = resolve(operation.requestBody)?.content;
        if (content || this.chance(0.05)) {
            const schema = resolve(content?.['application/json']?.schema) ?? { type: 'object' };
            headers['content-type'] = this.chance(0.93) ? 'application/json' : this.pick(['text/plain', 'multipart/form-data', 'multipart/form-data; boundary=x', 'application/xml', '']);
            body = this.chance(0.9) ? JSON.stringify(this.value(schema)) : this.brokenBody();
        }
        if (this.chance(0.03)) headers.range = this.pick(['bytes=0-', 'bytes=-1', 'bytes=9-1', 'bytes=0-,0-', 'lines=1-2', `bytes=${'9'.repeat(30)}-`]);
        if (this.chance(0.03)) headers['if-none-match'] = this.pick(['*', '"x"', 'W/"x"', '"', ',,,']);
        if (this.chance(0.02)) headers['x-request-id'] = 'x'.repeat(300);
        return { method: method.toUpperCase(), path: query.length ? `${address}?${query.join('&')}` : address, headers, body };
    }

    segment() {
        if (this.ids.length && this.chance(0.5)) return this.pick(this.ids);
        return this.pick([
            () => '01890000-0000-7000-8000-000000000000', () => 'me', () => '0', () => '-1', () => '..%2f..', () => '%2e%2e', () => '%ff%fe',
            () => '%00', () => 'a'.repeat(2000), () => encodeURIComponent(this.text()).slice(0, 900) || 'x', () => '%', () => '%zz', () => "'%20OR%201=1--",
        ])();
    }

    inQuery(schema) {
        if (this.chance(0.3)) return encodeURIComponent(this.text());
        if (this.chance(0.3)) return this.pick(['-1', '0', '1e9', '99999999999999999999', 'NaN', '%', '', 'null', '1;DROP', '0x10', '+1']);
        return encodeURIComponent(String(this.good(schema) ?? ''));
    }

    text() {
        return this.pick([
            () => this.pick(naughty), () => 'x'.repeat(this.pick([1, 2, 50, 151, 1001, 5001, 20000])), () => '\u0000', () => '\ud83d\ude00'.repeat(80),
            () => 'user@example.org', () => '', () => ' ', () => '\u202eevil', () => '{"a":1}',
        ])();
    }

    /** A value that the schema likes, or that it does not. */
    value(schema) {
        return this.chance(0.75) ? this.good(schema) : this.wrong();
    }

    wrong() {
        return this.pick([
            () => null, () => true, () => 0, () => -1, () => 1e308, () => 9007199254740993, () => 0.1, () => '', () => [], () => ({}), () => [[[[]]]],
            () => this.text(), () => ({ $ne: null }), () => Array(300).fill('x'), () => ({ __proto__: { a: 1 }, constructor: 1 }),
        ])();
    }

    good(schema) {
        schema = resolve(schema) ?? {};
        if (schema.enum) return this.pick(schema.enum);
        if ('const' in schema) return schema.const;
        if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => this.good(part)));
        const type = Array.isArray(schema.type) ? this.pick(schema.type) : schema.type;
        if (type === 'object') {
            const made = {};
            for (const [name, inner] of Object.entries(schema.properties ?? {}))
                if (this.chance(schema.required?.includes(name) ? 0.95 : 0.5)) made[name] = this.value(inner);
            if (this.chance(0.05)) made[this.text().slice(0, 100)] = this.wrong();
            return made;
        }
        if (type === 'array') return Array.from({ length: Math.floor(this.random() * 4) }, () => this.value(schema.items ?? {}));
        if (type === 'integer') return (schema.minimum ?? 0) + Math.floor(this.random() * 10);
        if (type === 'number') return (schema.minimum ?? 0) + this.random() * 10;
        if (type === 'boolean') return this.chance(0.5);
        if (type === 'null') return null;
        if (schema.format === 'email') return `person${Math.floor(this.random() * 50)}@example.org`;
        return this.chance(0.3) && this.ids.length ? this.pick(this.ids) : 'a word or two 1'.padEnd(schema.minLength ?? 1, 'x').slice(0, schema.maxLength ?? 1000);
    }

    brokenBody() {
        return this.pick(['', '{', '[]', 'null', '"text"', '{"a":1}{"b":2}', '{"a":\u0000}', '\ufeff{}', '['.repeat(5000), '{"a":'.repeat(500), '{"title":"\\ud800"}', '{"a":1,"a":2}', 'x'.repeat(70_000), '{"a":1e999}', "{'a':1}"]);
    }
}
