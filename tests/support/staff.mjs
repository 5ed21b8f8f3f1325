// A server with somebody of each role beyond that of a user, as its operator makes them.
import { rm } from 'node:fs/promises';

import { Person } from './api.mjs';
import { command } from './command.mjs';
import { startServer, temporaryFolder } from './server.mjs';

const password = 'correct horse 1';

/** { server, admin, moderator, stop }: `stop` instead of the server's own. */
export async function startWithStaff(options = {}) {
    const dataDir = await temporaryFolder();
    const roles = ['admin', 'moderator'];
    for (const role of roles) {
        const made = await command(dataDir, ['user', 'add', '--email', `${role}@example.org`, '--name', `The ${role}`, '--role', role], `${password}\n`);
        if (made.code !== 0) throw new Error(made.output);
    }
    const server = await startServer({ ...options, dataDir });
    const staff = { server };
    for (const role of roles) {
        const person = new Person(server.url);
        Object.assign(person, { email: `${role}@example.org`, password });
        await person.login();
        person.id = JSON.parse(Buffer.from(person.token.split('.')[1], 'base64url')).id;
        staff[role] = person;
    }
    staff.stop = async () => {
        await server.stop();
        await rm(dataDir, { recursive: true, force: true });
    };
    return staff;
}
