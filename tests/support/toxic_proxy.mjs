import { connect, createServer } from 'node:net';

import { freePort } from './process.mjs';

/**
 * In front of 127.0.0.1:`target`. What `toxics` holds can change at any time:
 *   latency   ms that each piece waits, in both directions
 *   silent    nothing is passed on, nothing is closed
 *   cutBefore (bytes, from: 'client'|'server') => true: the connection is reset instead of passing these on
 */
export async function startToxicProxy(target) {
    const toxics = { latency: 0, silent: false, cutBefore: null };
    const pairs = new Set();
    let accepted = 0;
    const port = await freePort();

    const pass = (from, to, side, pair) => {
        let turn = Promise.resolve();  // Pieces stay in order, however long each waits.
        from.on('data', (bytes) => {
            turn = turn.then(async () => {
                if (toxics.cutBefore?.(bytes, side)) return pair.cut();
                if (toxics.latency) await new Promise((done) => setTimeout(done, toxics.latency));
                while (toxics.silent && !pair.gone) await new Promise((done) => setTimeout(done, 20));
                if (!pair.gone) to.write(bytes);
            });
        });
        from.on('end', () => { turn = turn.then(() => { if (!pair.gone) to.end(); }); });
    };

    const server = createServer({ allowHalfOpen: true }, (client) => {
        const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
        const pair = {
            gone: false,
            cut() {
                pair.gone = true;
                pairs.delete(pair);
                client.resetAndDestroy();
                upstream.destroy();
            },
        };
        pairs.add(pair);
        ++accepted;
        for (const socket of [client, upstream]) {
            socket.setNoDelay(true);
            socket.on('error', () => pair.cut());
            socket.on('close', () => { if (client.destroyed && upstream.destroyed) { pair.gone = true; pairs.delete(pair); } });
        }
        pass(client, upstream, 'client', pair);
        pass(upstream, client, 'server', pair);
    });
    const listen = () => new Promise((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
    await listen();

    return {
        port,
        toxics,
        connections: () => pairs.size,
        accepted: () => accepted,
        cutAll: () => { for (const pair of [...pairs]) pair.cut(); },
        /** Nobody listens any more, until `back`. */
        async leave() {
            const closed = new Promise((done) => server.close(done));
            for (const pair of [...pairs]) pair.cut();
            await closed;
        },
        back: listen,
        async stop() {
            if (!server.listening) return;
            const closed = new Promise((done) => server.close(done));
            for (const pair of [...pairs]) pair.cut();
            await closed;
        },
    };
}
