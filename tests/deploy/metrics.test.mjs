// The metrics page is what Prometheus' own linter calls good, and its label sets are bounded.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { freePort, startServer, temporaryFolder, until } from '../support/server.mjs';

function promtool(page) {
    return new Promise((done) => {
        const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
        let said = '';
        child.stdout.on('data', (piece) => (said += piece));
        child.stderr.on('data', (piece) => (said += piece));
        child.once('exit', (code) => done({ code, said }));
        child.stdin.end(page);
    });
}

test('promtool finds nothing to mend, and every figure that the dashboards are made of is there', async () => {
    const server = await startServer();
    try {
        const ada = await new Person(server.url).join();
        const uploaded = await ada.upload(await clip(), { title: 'counted' });
        await ada.processed(uploaded.body.data.id);
        for (let i = 0; i < 50; ++i) await ada.get(`/no/such/${i}`);
        const page = await until(async () => {
            const text = await (await fetch(`${server.url}/metrics`)).text();
            return /^reelshare_dependency_up\{dependency="objects"\} 1$/m.test(text) && text;
        }, { what: 'the first look at the dependencies' });
        const { code, said } = await promtool(page);
        assert.equal(code, 0, said);
        assert.equal(said.trim(), '');
        for (const name of ['reelshare_build_info', 'reelshare_http_request_duration_seconds_bucket',
            'reelshare_jobs_finished_total', 'reelshare_queue_age_seconds', 'reelshare_time_to_playable_seconds_count',
            'reelshare_encode_speed_ratio_sum', 'reelshare_near_cache_requests_total', 'reelshare_views_pending',
            'reelshare_blocking_pending', 'reelshare_data_free_bytes', 'process_cpu_seconds_total',
            'process_resident_memory_bytes', 'process_open_fds', 'process_max_fds', 'process_start_time_seconds'])
            assert.match(page, new RegExp(`^${name}[ {]`, 'm'), name);
        // Fifty unknown paths are one route.
        assert.ok(!page.includes('/no/such'));
        assert.match(page, /^reelshare_time_to_playable_seconds_count 1$/m);
    } finally {
        await server.stop();
    }
});

test('a worker has a port of its own for health and metrics', async () => {
    const dataDir = await temporaryFolder();
    const port = await freePort();
    const worker = await startServer({ dataDir, command: 'worker', env: { OPS_PORT: String(port) }, port });
    try {
        assert.equal((await fetch(`${worker.url}/readyz`)).status, 200);
        assert.equal((await fetch(`${worker.url}/api/v1/video`)).status, 404);
        const page = await (await fetch(`${worker.url}/metrics`)).text();
        assert.match(page, /^reelshare_build_info\{version=/m);
    } finally {
        assert.deepEqual(await worker.stop(), { code: 0, signal: null });
    }
});
