// What a collector of traces is told, and that nothing suffers where there is none.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

let collector;
let endpoint;
let spans;
let taking = true;
let server;
let ada;

before(async () => {
    spans = [];
    collector = createServer(async (request, response) => {
        let text = '';
        for await (const piece of request) text += piece;
        if (taking && request.url === '/v1/traces')
            for (const resource of JSON.parse(text).resourceSpans)
                for (const scope of resource.scopeSpans) spans.push(...scope.spans);
        response.writeHead(taking ? 200 : 503).end('{}');
    });
    await new Promise((done) => collector.listen(0, '127.0.0.1', done));
    endpoint = `http://127.0.0.1:${collector.address().port}`;
    server = await startServer({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, TRACE_SAMPLE: '0' } });
    ada = await new Person(server.url).join();
});
after(async () => {
    await server?.stop();
    collector?.close();
});

const attribute = (span, key) => span.attributes.find((one) => one.key === key)?.value.stringValue;

test('an upload and the job that it makes are parts of the trace that the client began', async () => {
    const uploaded = await ada.upload(await clip({ seconds: 2 }), { title: 'traced' },
        { headers: { traceparent: `00-${traceId}-${parent}-01` } });
    assert.equal(uploaded.status, 201, uploaded.text);
    await ada.processed(uploaded.body.data.id);
    const find = (name) => spans.find((span) => span.traceId === traceId && span.name === name);
    const request = await until(() => find('POST /api/v1/video/upload'), { what: 'the span of the request' });
    const job = await until(() => find('process clip'), { what: 'the span of the job' });
    assert.equal(request.parentSpanId, parent);
    assert.equal(job.parentSpanId, request.spanId);
    assert.equal(attribute(request, 'http.response.status_code'), '201');
    assert.ok(BigInt(job.endTimeUnixNano) >= BigInt(job.startTimeUnixNano));
    const lines = (await server.logFile()).split('\n').filter(Boolean).map((line) => JSON.parse(line));
    for (const event of ['request', 'job_started', 'job_done'])
        assert.ok(lines.some((line) => line.event === event && line.traceId === traceId), event);
});

test('what nobody asked to sample is not told', async () => {
    const untold = '1'.repeat(32);
    await ada.get('/api/v1/video', { headers: { traceparent: `00-${untold}-${parent}-00` } });
    await ada.get('/api/v1/video', { headers: { traceparent: 'rubbish' } });
    const marker = '2'.repeat(32);
    await ada.get('/api/v1/video', { headers: { traceparent: `00-${marker}-${parent}-01` } });
    await until(() => spans.some((span) => span.traceId === marker), { what: 'the span behind them' });
    assert.ok(!spans.some((span) => span.traceId === untold));
    assert.ok(spans.every((span) => span.traceId === marker || span.traceId === traceId), 'TRACE_SAMPLE is 0');
});

test('a collector that refuses costs no request, and is counted', async () => {
    taking = false;
    const answer = await ada.get('/api/v1/video', { headers: { traceparent: `00-${traceId}-${parent}-01` } });
    assert.equal(answer.status, 200);
    await until(async () => /reelshare_spans_total\{result="dropped"\} [1-9]/.test(await (await fetch(`${server.url}/metrics`)).text()),
        { what: 'the drop to be counted' });
    taking = true;
});
