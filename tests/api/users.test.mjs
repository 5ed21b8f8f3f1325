// reelshare user …: accounts from the command line, and what roles and suspensions do.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { command } from '../support/command.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';
import { scaled } from '../support/world.mjs';

let dataDir;
before(async () => { dataDir = await temporaryFolder(); });
after(() => rm(dataDir, { recursive: true, force: true }));

const user = (args, input) => command(dataDir, ['user', ...args], input);

test('the first admin is made on the command line', async () => {
    const made = await user(['add', '--email', 'Root@Example.org', '--name', 'The owner', '--role', 'admin'], 'correct horse 1\n');
    assert.equal(made.code, 0, made.output);
    const listed = await user(['list']);
    assert.match(listed.output, /admin .*root@example\.org {2}The owner/);
    assert.ok(!listed.output.includes('horse'));
    const server = await startServer({ dataDir });
    try {
        const root = new Person(server.url);
        Object.assign(root, { email: 'root@example.org', password: 'correct horse 1' });
        await root.login();
        assert.equal((await root.get('/api/v1/user/me')).status, 200);
    } finally {
        await server.stop();
    }
});

for (const [what, args, input, sentence] of [
    ['a taken address', ['add', '--email', 'root@example.org', '--name', 'Another'], 'correct horse 1\n', /already in use/],
    ['a bad address', ['add', '--email', 'root', '--name', 'Another'], 'correct horse 1\n', /e-mail/],
    ['a short name', ['add', '--email', 'a@b.io', '--name', 'A'], 'correct horse 1\n', /name/],
    ['no password', ['add', '--email', 'a@b.io', '--name', 'Another'], '', /password/],
    ['a common password', ['add', '--email', 'a@b.io', '--name', 'Another'], 'password1\n', /common/],
    ['an unknown role', ['role', 'root@example.org', 'king'], '', /ROLE/],
    ['a role for nobody', ['role', 'nobody@example.org', 'admin'], '', /no user/],
    ['to suspend nobody', ['suspend', 'nobody@example.org'], '', /no user/],
    ['nothing to do', [], '', /subcommand/i],
]) {
    test(`it refuses ${what}`, async () => {
        const answer = await user(args, input);
        assert.notEqual(answer.code, 0, answer.output);
        assert.match(answer.output, sentence);
    });
}

test('beside a running server only a database for many takes changes', async () => {
    const server = await startServer({ dataDir });
    try {
        const answer = await user(['role', 'root@example.org', 'admin']);
        if (scaled) assert.equal(answer.code, 0, answer.output);
        else assert.match(answer.output, /stop the server first/);
    } finally {
        await server.stop();
    }
});

test('a suspended user is out until restored', async () => {
    const run = async (work) => {
        const server = await startServer({ dataDir });
        try {
            return await work(server.url);
        } finally {
            await server.stop();
        }
    };
    const ada = await run((url) => new Person(url).join());
    const login = (url) => new Person(url).post('/api/v1/auth/login', { json: { email: ada.email, password: ada.password } });
    assert.equal((await user(['suspend', ada.email])).code, 0);
    assert.match((await user(['list'])).output, new RegExp(`suspended {2}${ada.email}`));
    await run(async (url) => {
        ada.url = url;
        assert.equal((await ada.get('/api/v1/user/me')).status, 401);
        assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 403);
        const refused = await login(url);
        assert.equal(refused.status, 403);
        assert.equal(refused.body.code, 'suspended');
        const wrong = await new Person(url).post('/api/v1/auth/login', { json: { email: ada.email, password: 'not hers' } });
        assert.equal(wrong.status, 401, 'who does not know the password learns nothing');
    });
    assert.equal((await user(['restore', ada.email])).code, 0);
    await run(async (url) => {
        ada.url = url;
        assert.equal((await ada.get('/api/v1/user/me')).status, 401, 'its old sessions stay ended');
        assert.equal((await login(url)).status, 200);
    });
});
