// A TCP proxy that misbehaves on demand.
import { once } from 'node:events';
import net from 'node:net';

/**
 * Forwards to 127.0.0.1:`target`. `mode`: pass · delay (every piece `ms` later, both ways) · hole (takes all, gives
 * nothing: a half-open connection) · drip (one byte a second) · cut (no connection lives). `cutBefore(piece, side)`, of
 * what "client" or "server" sends, may end a connection instead of passing the piece on; `drop` loses that piece alone.
 */
export async function startToxicProxy(target) {
    const sockets = new Set();
    const proxy = { mode: 'pass', ms: 0, cutBefore: null, drop: null };
    let accepted = 0;

    function forward(from, to, side) {
        let queue = Promise.resolve();
        from.on('data', (piece) => {
            queue = queue.then(async () => {
                if (proxy.mode === 'hole' || proxy.drop?.(piece, side)) return;
                if (proxy.cutBefore?.(piece, side)) {
                    from.destroy();
                    to.destroy();
                    return;
                }
                if (proxy.mode === 'delay') await new Promise((done) => setTimeout(done, proxy.ms));
                if (proxy.mode === 'drip') {
                    for (const byte of piece) {
                        if (proxy.mode !== 'drip' || to.destroyed) break;
                        to.write(Buffer.of(byte));
                        await new Promise((done) => setTimeout(done, 1000));
                    }
                    return;
                }
                if (!to.destroyed) to.write(piece);
            });
        });
        from.on('close', () => to.destroy());
        from.on('error', () => to.destroy());
    }

    const server = net.createServer((client) => {
        if (proxy.mode === 'cut') return client.destroy();
        ++accepted;
        const upstream = net.connect(target, '127.0.0.1');
        for (const socket of [client, upstream]) {
            sockets.add(socket);
            socket.on('close', () => sockets.delete(socket));
        }
        forward(client, upstream, 'client');
        forward(upstream, client, 'server');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    return Object.assign(proxy, {
        port: server.address().port,
        /** Connections until now. */
        accepted: () => accepted,
        /** Ends what is connected. */
        cutAll() {
            for (const socket of sockets) socket.destroy();
        },
        /** From now on; `cut` also ends what is connected. */
        set(mode, ms = 0) {
            Object.assign(proxy, { mode, ms });
            if (mode === 'cut') proxy.cutAll();
        },
        async stop() {
            for (const socket of sockets) socket.destroy();
            server.close();
            await once(server, 'close');
        },
    });
}
