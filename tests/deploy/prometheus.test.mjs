// Rules, alerts and dashboards against the real Prometheus, scraping a server that people use: a query that finds
// nothing is a mistake in it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { deployFolder, startProxy } from '../support/proxy.mjs';
import { freePort, startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const here = path.join(deployFolder, 'prometheus');

test('promtool accepts the configuration and the rules, and every alert fires and is quiet when it should', async () => {
    await run('promtool', ['check', 'config', path.join(here, 'prometheus.yml')]);
    const rules = (await readdir(path.join(here, 'rules'))).map((name) => path.join(here, 'rules', name));
    await run('promtool', ['check', 'rules', ...rules]);
    await run('promtool', ['test', 'rules', 'alerts.yml'], { cwd: path.join(here, 'tests') });
    const tests = await readFile(path.join(here, 'tests/alerts.yml'), 'utf8');
    const operations = await readFile(path.join(deployFolder, '../docs/operations.md'), 'utf8');
    const alerts = [...(await readFile(path.join(here, 'rules/alerts.yml'), 'utf8')).matchAll(/alert: (\w+)/g)];
    for (const [, alert] of alerts) {
        assert.ok(tests.includes(`${alert} fires`) && tests.includes(`${alert} is quiet`), `${alert} is not tested`);
        const paragraph = operations.split(`### ${alert}\n`)[1]?.split('\n#')[0].trim() ?? '';
        assert.ok(paragraph.length > 150, `${alert} has no runbook`);
    }
});

/** A program on a port, waited for, stopped by its process id. */
async function startProgram(command, args, url) {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (piece) => (said = (said + piece).slice(-10_000)));
    const exited = new Promise((done) => child.once('exit', done));
    await until(async () => {
        if (child.exitCode !== null) throw new Error(`${command} ended:\n${said}`);
        return fetch(url).then((answer) => answer.ok, () => false);
    }, { what: command });
    return { stop: () => { child.kill('SIGTERM'); return exited; } };
}

async function queriesOfDashboards(instance) {
    const folder = path.join(deployFolder, 'grafana/dashboards');
    const queries = [];
    for (const name of await readdir(folder)) {
        const board = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
        for (const panel of board.panels.filter((one) => one.type !== 'row')) {
            assert.ok(panel.title && panel.fieldConfig.defaults.unit, `${name}: ${panel.title}`);
            for (const { expr } of panel.targets)
                queries.push({ from: `${name}: ${panel.title}`, expr: expr.replaceAll('$instance', instance) });
        }
    }
    return queries;
}

/** What an alert looks at, without the bound at which it fires. */
const looksAt = (expr) => expr.replace(/\s(==|<|>)\s[\d.]+(\s\*\s[\d.]+)?/g, '');

test('every query of every panel, rule and alert finds something in a server that is used', async () => {
    const node = await startServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
    const proxy = await startProxy({ nodes: [node] });
    const folder = await temporaryFolder();
    const instance = `127.0.0.1:${node.port}`;
    const [port, blackboxPort] = [await freePort(), await freePort()];
    const running = [];
    let stop = false;
    let people;
    try {
        const config = (await readFile(path.join(here, 'prometheus.yml'), 'utf8'))
            .replaceAll('15s', '1s')
            .replace('rules/*.yml', path.join(here, 'rules/*.yml'))
            .replace('blackbox:9115', `127.0.0.1:${blackboxPort}`);
        await mkdir(path.join(folder, 'targets'));
        await writeFile(path.join(folder, 'prometheus.yml'), config);
        await writeFile(path.join(folder, 'targets/reelshare.yml'), `- targets: ['${instance}']\n`);
        await writeFile(path.join(folder, 'targets/outside.yml'), `- targets: ['${proxy.url}/healthz']\n`);
        running.push(await startProgram('prometheus-blackbox-exporter', [`--config.file=${path.join(here, 'blackbox.yml')}`,
            `--web.listen-address=127.0.0.1:${blackboxPort}`], `http://127.0.0.1:${blackboxPort}/-/healthy`));
        const prometheus = `http://127.0.0.1:${port}`;
        running.push(await startProgram('prometheus', [`--config.file=${folder}/prometheus.yml`,
            `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`], `${prometheus}/-/ready`));

        const use = async () => {
            const ada = await new Person(node.url).join();
            for (let i = 0; !stop; ++i) {
                const { body } = await ada.upload(await clip({ seconds: 1, width: 180, height: 320 + 2 * (i % 8) }), { title: `clip ${i}` });
                await ada.get('/api/v1/video?limit=5');
                await ada.get('/nothing/here');
                await ada.processed(body.data.id);
            }
        };
        people = use();

        const find = async (expr) => {
            const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`);
            const { status, data, error } = await answer.json();
            assert.equal(status, 'success', `${expr}: ${error}`);
            return data.result.some(({ value }) => Number.isFinite(Number(value[1])));
        };
        const { data } = await (await fetch(`${prometheus}/api/v1/rules`)).json();
        const rules = data.groups.flatMap((group) => group.rules);
        assert.ok(rules.length > 25);
        const queries = [
            ...await queriesOfDashboards(instance),
            ...rules.map(({ name, query, type }) => ({ from: name, expr: type === 'alerting' ? looksAt(query) : query })),
        ];
        let missing = queries;
        await until(async () => {
            const still = [];
            for (const query of missing) if (!(await find(query.expr))) still.push(query);
            missing = still;
            return missing.length === 0;
        }, { ms: 90_000, every: 500, what: 'data for every query' }).catch((error) => {
            throw new Error(`${error.message}; nothing for\n${missing.map(({ from, expr }) => `${from}: ${expr}`).join('\n')}`);
        });
        const firing = await (await fetch(`${prometheus}/api/v1/alerts`)).json();
        const loud = firing.data.alerts.filter(({ state }) => state === 'firing');
        assert.deepEqual(loud.map(({ labels }) => labels.alertname), []);
    } finally {
        stop = true;
        await people?.catch(() => {});
        for (const one of running.reverse()) await one.stop();
        await proxy.stop();
        await node.stop();
        await rm(folder, { recursive: true });
    }
});
