// A mail server of a few lines: takes what is sent to it and keeps it for the test to read.
import { createServer } from 'node:net';

import { until } from './server.mjs';

/** `refuse(command)` may give an answer of its own ("451 later") for a command. */
export async function startMailServer({ refuse = () => null, credentials } = {}) {
    const mails = [];
    let connections = 0;
    const server = createServer((socket) => {
        ++connections;
        let rest = '';
        let mail = null;
        let asked = false; // For the password.
        const say = (line) => socket.write(`${line}\r\n`);
        const hear = (line) => {
            if (mail?.data !== undefined) {
                if (line !== '.') {
                    mail.data += `${line.replace(/^\./, '')}\n`;
                    return;
                }
                mails.push(mail);
                mail = null;
                say('250 taken');
                return;
            }
            const answer = refuse(line);
            if (answer) say(answer);
            else if (/^EHLO/i.test(line)) socket.write(`250-test\r\n${credentials ? '250-AUTH PLAIN\r\n' : ''}250 8BITMIME\r\n`);
            else if (/^AUTH PLAIN$/i.test(line)) {
                asked = true;
                say('334 ');
            } else if (asked) {
                asked = false;
                const given = Buffer.from(line, 'base64').toString().split('\0').slice(1).join(':');
                say(given === credentials ? '235 welcome' : '535 no');
            } else if (/^MAIL FROM/i.test(line)) {
                mail = { from: line.match(/<(.*?)>/)[1], to: [] };
                say('250 ok');
            } else if (/^RCPT TO/i.test(line)) {
                mail.to.push(line.match(/<(.*?)>/)[1]);
                say('250 ok');
            } else if (/^DATA/i.test(line)) {
                mail.data = '';
                say('354 go on');
            } else if (/^QUIT/i.test(line)) {
                say('221 bye');
                socket.end();
            } else say('502 what?');
        };
        socket.on('data', (piece) => {
            rest += piece.toString('utf8');
            for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
                const line = rest.slice(0, end);
                rest = rest.slice(end + 2);
                hear(line);
            }
        });
        socket.on('error', () => {});
        say('220 test');
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    return {
        url: `smtp://${credentials ? `${credentials}@` : ''}127.0.0.1:${port}`,
        mails,
        connections: () => connections,
        mailTo: (address) => until(() => mails.find((mail) => mail.to.includes(address)), { what: `a mail to ${address}` }),
        stop: () => new Promise((done) => { server.close(done); server.closeAllConnections?.(); }),
    };
}
