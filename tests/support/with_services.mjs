// node support/with_services.mjs postgres redis s3 -- COMMAND ...: starts the named services once, runs the command with
// their addresses in REELSHARE_SERVICES, and stops them.
import { spawn } from 'node:child_process';

import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { startS3 } from './s3.mjs';

const starters = { postgres: startPostgres, redis: startRedis, s3: startS3 };
const dash = process.argv.indexOf('--');
const names = process.argv.slice(2, dash);
const [command, ...args] = process.argv.slice(dash + 1);

const running = {};
let code = 1;
let child;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child?.kill(signal));
try {
    // All at once; where one fails, the others are stopped all the same.
    const started = await Promise.allSettled(names.map(async (name) => { running[name] = await starters[name](); }));
    const failure = started.find((one) => one.status === 'rejected');
    if (failure) throw failure.reason;
    const addresses = Object.fromEntries(names.map((name) => [name, running[name].address]));
    child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, REELSHARE_SERVICES: JSON.stringify(addresses) } });
    code = await new Promise((done) => child.once('exit', (status) => done(status ?? 1)));
} finally {
    await Promise.allSettled(Object.values(running).map((service) => service.stop()));
}
process.exit(code);
