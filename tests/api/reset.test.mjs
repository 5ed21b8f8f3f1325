// A forgotten password: the mail, the link, what it opens and what it does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { startMailServer } from '../support/mail.mjs';
import { startServer, until } from '../support/server.mjs';

const publicUrl = 'https://clips.example.org';
let post;
let server;
before(async () => {
    let refused = 0;
    // The first mail of all is refused for a moment, as busy servers do.
    post = await startMailServer({
        credentials: 'sender:secret word',
        refuse: (line) => (/^RCPT/i.test(line) && refused++ === 0 ? '451 later' : null),
    });
    server = await startServer({
        env: { SMTP_URL: post.url.replace('secret word', 'secret%20word'), MAIL_FROM: 'no-reply@clips.example.org', PUBLIC_URL: publicUrl },
    });
});
after(async () => {
    await server?.stop();
    await post?.stop();
});

const person = () => new Person(server.url);
const forget = (email, options = {}) => person().post('/api/v1/auth/forgot-password', { json: { email }, ...options });
const reset = (json) => person().post('/api/v1/auth/reset-password', { json });

async function tokenFor(ada) {
    const already = post.mails.filter((mail) => mail.to.includes(ada.email)).length;
    const answer = await forget(ada.email);
    assert.equal(answer.status, 200, answer.text);
    const mail = await until(
        () => post.mails.filter((one) => one.to.includes(ada.email))[already],
        { what: 'the mail' },
    );
    return mail.data.match(/^https:\/\/clips\.example\.org\/reset-password#([\w-]{43})$/m)[1];
}

test('the link in the mail sets a new password once and ends every session', async () => {
    const ada = await person().join();
    const token = await tokenFor(ada);
    const mail = await post.mailTo(ada.email);
    assert.equal(mail.from, 'no-reply@clips.example.org');
    assert.deepEqual(mail.to, [ada.email]);
    assert.match(mail.data, /^Subject: Set a new password for ReelShare$/m);
    const old = ada.password;
    for (const [json, path] of [
        [{ token, newPassword: 'short' }, 'newPassword'], [{ token, newPassword: 'P4ssw0rd!' }, 'newPassword'],
        [{ token, newPassword: ada.email }, 'newPassword'], [{ token, newPassword: 'battery staple', id: ada.id }, 'id'],
        [{ newPassword: 'battery staple' }, 'token'], [{ token: 'x'.repeat(43), newPassword: 'battery staple' }, 'token'],
        [{ token: 7, newPassword: 'battery staple' }, 'token'],
    ]) {
        const answer = await reset(json);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.errorMessages[0].path, path);
    }
    assert.equal((await ada.get('/api/v1/user/me')).status, 200);
    const done = await reset({ token, newPassword: 'battery staple' });
    assert.equal(done.status, 200, done.text);
    assert.equal(done.body.data, null, 'nobody is logged in by it');
    assert.equal(done.headers.get('set-cookie'), null);
    assert.equal((await ada.get('/api/v1/user/me')).status, 401);
    assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 403);
    const login = (password) => person().post('/api/v1/auth/login', { json: { email: ada.email, password } });
    assert.equal((await login(old)).status, 401);
    assert.equal((await login('battery staple')).status, 200);
    const again = await reset({ token, newPassword: 'battery staple 2' });
    assert.equal(again.status, 400);
    assert.equal(again.body.code, 'invalid_reset_token');
});

test('one of two who use the same link at once wins; using it makes earlier links void', async () => {
    const ada = await person().join();
    const earlier = await tokenFor(ada);
    const token = await tokenFor(ada);
    assert.notEqual(earlier, token);
    const answers = await Promise.all(['battery staple', 'another horse 2'].map((newPassword) => reset({ token, newPassword })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 400]);
    assert.equal((await reset({ token: earlier, newPassword: 'a third horse 3' })).status, 400);
});

test('known and unknown addresses get the same answer, and only known ones mail', async () => {
    const ada = await person().join();
    const known = await forget(ada.email.toUpperCase());
    const unknown = await forget('nobody.at.all@example.org');
    assert.equal(unknown.status, 200);
    for (const answer of [known, unknown]) delete answer.body.requestId;
    assert.deepEqual(known.body, unknown.body);
    await post.mailTo(ada.email);
    assert.ok(!post.mails.some((mail) => mail.to.includes('nobody.at.all@example.org')));
    for (const json of [{}, { email: 'x' }, { email: 7 }, { email: 'a@b.io\r\nBcc: c@d.io' }, { email: ada.email, link: 'x' }])
        assert.equal((await person().post('/api/v1/auth/forgot-password', { json })).status, 400);
});

test('the link never follows the Host of whoever asks', async () => {
    const ada = await person().join();
    const answer = await forget(ada.email, { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' } });
    assert.equal(answer.status, 200);
    const mail = await post.mailTo(ada.email);
    assert.ok(!mail.data.includes('evil.example'));
    assert.ok(mail.data.includes(`${publicUrl}/reset-password#`));
});

test('nobody is flooded with mails', async () => {
    const ada = await person().join();
    for (let i = 0; i < 10; ++i) assert.equal((await forget(ada.email)).status, 200);
    const other = await person().join();
    await forget(other.email);
    await post.mailTo(other.email);  // Asked for later, so what was to come has come.
    await until(() => post.mails.filter((mail) => mail.to.includes(ada.email)).length >= 1);
    assert.ok(post.mails.filter((mail) => mail.to.includes(ada.email)).length <= 3);
});

test('without a mail server the link is in the log, as a path', async () => {
    const plain = await startServer();
    try {
        const ada = await new Person(plain.url).join();
        await new Person(plain.url).post('/api/v1/auth/forgot-password', { json: { email: ada.email } });
        const token = await until(() => plain.log().match(/\\n\/reset-password#([\w-]{43})/)?.[1], { what: 'the link' });
        assert.ok(!plain.log().includes(ada.email));
        const done = await new Person(plain.url).post('/api/v1/auth/reset-password', { json: { token, newPassword: 'battery staple' } });
        assert.equal(done.status, 200, done.text);
    } finally {
        await plain.stop();
    }
});

for (const [what, env, sentence] of [
    ['without a sender', { SMTP_URL: 'smtp://127.0.0.1:1', PUBLIC_URL: publicUrl }, /MAIL_FROM/],
    ['without an address of its own', { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'a@b.io' }, /PUBLIC_URL/],
    ['of another kind', { SMTP_URL: 'http://127.0.0.1:1', MAIL_FROM: 'a@b.io', PUBLIC_URL: publicUrl }, /smtps/],
]) {
    test(`a mail server ${what} is refused at the start`, async () => {
        await assert.rejects(startServer({ env }), sentence);
    });
}
