import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createConfig, lint } from '@redocly/openapi-core';

import { Person } from '../support/api.mjs';
import { document, faultsOf, inPointer } from '../support/contract.mjs';
import { startWithStaff } from '../support/staff.mjs';

let staff;
let server;
let ada;
before(async () => {
    staff = await startWithStaff();
    ({ server } = staff);
    ada = await new Person(server.url).join();
});
after(() => staff?.stop());
/** Who may ask it. */
const asker = (template) => (template.includes('/admin/') ? staff.admin : ada);

test('the document is well made', async () => {
    const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off', 'no-unused-components': 'off' } });
    const ref = new URL('../../docs/openapi.yaml', import.meta.url).pathname;
    const problems = await lint({ ref, config });
    assert.deepEqual(problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`), []);
});

test('every request body and every success answer has an example, and it fits its schema', () => {
    const resolve = (value, pointer) => (value?.$ref
        ? { value: value.$ref.slice(2).split('/').reduce((at, key) => at[key], document), pointer: value.$ref.slice(1) }
        : { value, pointer });
    const faults = [];
    const judge = (what, { value, pointer }) => {
        for (const [type, content] of Object.entries(value?.content ?? {})) {
            if (/octet-stream|^image\/|zip$/.test(type)) continue; // Bytes.
            const schema = resolve(content.schema).value;
            const example = content.example ?? schema.examples?.[0];
            if (example === undefined) faults.push(`${what}, ${type}: none`);
            else faults.push(...faultsOf(`${pointer}/content/${inPointer(type)}/schema`, example).map((fault) => `${what}, ${type}: ${fault}`));
        }
    };
    for (const [template, item] of Object.entries(document.paths))
        for (const [method, operation] of Object.entries(item).filter(([, one]) => one.operationId)) {
            const place = `/paths/${inPointer(template)}/${method}`;
            judge(`${operation.operationId}, request`, resolve(operation.requestBody, `${place}/requestBody`));
            for (const [status, answer] of Object.entries(operation.responses).filter(([one]) => one.startsWith('2')))
                judge(`${operation.operationId}, ${status}`, resolve(answer, `${place}/responses/${status}`));
        }
    assert.deepEqual(faults, []);
});

test('the server gives the document that its tests are held to', async () => {
    const answer = await new Person(server.url).get('/openapi.json');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, document);
});

// What the document promises of every operation is asked of every operation: a new route is tested by being described.
const some = '01890000-0000-7000-8000-000000000000';
const nobodys = (template) => template.replace(/\{\w+\}/g, some);
const operations = Object.entries(document.paths).flatMap(([template, item]) =>
    ['get', 'put', 'post', 'patch', 'delete']
        .filter((method) => item[method])
        .map((method) => ({ method: method.toUpperCase(), template, operation: item[method], path: nobodys(template) })));
const takesJson = ({ operation }) => operation.requestBody?.content?.['application/json'];
/** Headers that always say the same. */
const demanded = ({ parameters = [] }) => Object.fromEntries(parameters
    .map((one) => (one.$ref ? document.components.parameters[one.$ref.split('/').at(-1)] : one))
    .filter((one) => one.in === 'header' && one.schema.const)
    .map((one) => [one.name.toLowerCase(), one.schema.const]));
const bearers = ({ operation }) => operation.security?.some((one) => one.bearer);

for (const one of operations.filter((one) => bearers(one))) {
    const { method, template, path, operation } = one;
    test(`${method} ${template} refuses a token that is not ours`, async () => {
        const answer = await new Person(server.url).request(method, path, { token: 'rubbish', ...(takesJson(one) ? { json: {} } : {}) });
        assert.equal(answer.status, 401, answer.text);
    });
    if (operation.security.some((choice) => !choice.bearer)) continue;
    test(`${method} ${template} needs a token`, async () => {
        const answer = await new Person(server.url).request(method, path, takesJson(one) ? { json: {} } : {});
        assert.equal(answer.status, 401, answer.text);
    });
}

for (const { method, template, path, operation } of operations.filter((one) => takesJson(one) && one.operation.responses[415])) {
    test(`${method} ${template} takes JSON only, without unknown fields`, async () => {
        const person = bearers({ operation }) ? asker(template) : new Person(server.url);
        const plain = await person.request(method, path, { body: 'hello', headers: { 'content-type': 'text/plain' } });
        assert.equal(plain.status, 415, plain.text);
        const unknown = await person.request(method, path, { json: { isAdmin: true } });
        assert.equal(unknown.status, 400, unknown.text);
        assert.ok(unknown.body.errorMessages.some((fault) => fault.path === 'isAdmin'), unknown.text);
    });
}

for (const { method, template, path, operation } of operations.filter((one) => one.template.includes('{') && one.operation.responses[404])) {
    test(`${method} ${template} of nothing is 404`, async () => {
        // They are judged first: the feature's own test asks with good ones.
        if (operation.requestBody || template.includes('{signature}')) return;
        const answer = await asker(template).request(method, path, { headers: demanded(operation) });
        assert.equal(answer.status, 404, answer.text);
    });
}

for (const { method, template, path, operation } of operations.filter((one) => one.operation.responses[304] && !one.template.includes('{'))) {
    test(`${method} ${template} is 304 for who has it already`, async () => {
        const person = bearers({ operation }) ? asker(template) : new Person(server.url);
        const first = await person.request(method, path);
        assert.equal(first.status, 200, first.text);
        const again = await person.request(method, path, { headers: { 'if-none-match': first.headers.get('etag') } });
        assert.equal(again.status, 304, again.text);
    });
}

test('/docs shows it and asks no other host', async () => {
    const guest = new Person(server.url);
    const page = await guest.get('/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /text\/html/);
    assert.match(page.headers.get('content-security-policy'), /script-src 'self';/);
    for (const [, address] of page.text.matchAll(/(?:src|href|spec-url)="([^"]+)"/g)) {
        assert.ok(address.startsWith('/'), address);
        assert.equal((await guest.get(address)).status, 200, address);
    }
});
