// A proxy for TCP with faults on order: what stands behind it seems down, slow, broken or gone.
import { connect, createServer } from 'node:net';

/**
 * `mode` of the proxy: 'pass'; 'refuse' (closes every connection); 'reset' (cuts each after `bytes` from the service);
 * 'stall' (passes nothing on). `answer(request head)` may give a whole answer instead: a refusal by the service.
 */
export async function startToxic(port, host = '127.0.0.1') {
    const sockets = new Set();
    const toxic = { mode: 'pass', bytes: 0, answer: null, hits: 0 };
    const server = createServer((client) => {
        sockets.add(client);
        client.on('error', () => {}).on('close', () => sockets.delete(client));
        if (toxic.mode === 'refuse') return client.destroy();
        const service = connect(port, host);
        sockets.add(service);
        service.on('error', () => client.destroy()).on('close', () => { sockets.delete(service); client.destroy(); });
        client.on('close', () => service.destroy());
        let back = 0;
        client.on('data', (bytes) => {
            if (toxic.mode === 'stall') return;
            const refusal = toxic.answer?.(bytes.toString('latin1', 0, 400));
            if (refusal) {
                ++toxic.hits;
                client.end(refusal);
                service.destroy();
                return;
            }
            if (!service.write(bytes)) { client.pause(); service.once('drain', () => client.resume()); }
        });
        service.on('data', (bytes) => {
            if (toxic.mode === 'stall') return;
            back += bytes.length;
            if (toxic.mode === 'reset' && back > toxic.bytes) {
                ++toxic.hits;
                client.write(bytes.subarray(0, 100), () => client.resetAndDestroy());
                service.destroy();
                return;
            }
            if (!client.write(bytes)) { service.pause(); client.once('drain', () => service.resume()); }
        });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    toxic.port = server.address().port;
    toxic.url = `http://127.0.0.1:${toxic.port}`;
    toxic.cut = () => { for (const socket of sockets) socket.destroy(); };
    toxic.heal = () => { Object.assign(toxic, { mode: 'pass', bytes: 0, answer: null, hits: 0 }); };
    toxic.stop = async () => {
        toxic.cut();
        await new Promise((done) => server.close(done));
    };
    return toxic;
}

/** A refusal as S3 gives one. */
export function refusal(status, code) {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
    return `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
