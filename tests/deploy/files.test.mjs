// Files for machines that are not here: held to their own rules by what knows them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import YAML from 'yaml';

import { deployFolder } from '../support/proxy.mjs';
import { temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = path.resolve(deployFolder, '..');

/** "apps/v1" of kubernetes-models is the module kubernetes-models/apps/v1; the core group is plain v1. */
const model = (apiVersion, kind) => require(`kubernetes-models/${apiVersion}`)[kind];

async function manifests() {
    const folder = path.join(deployFolder, 'kubernetes');
    const { resources } = YAML.parse(await readFile(path.join(folder, 'kustomization.yaml'), 'utf8'));
    const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
    assert.deepEqual([...resources].sort(), files.sort(), 'the kustomization names every file');
    const all = [];
    for (const file of files)
        for (const document of YAML.parseAllDocuments(await readFile(path.join(folder, file), 'utf8'))) {
            assert.deepEqual(document.errors, [], file);
            all.push(document.toJS());
        }
    return all;
}

test('every manifest is what its kind allows, and fits the others', async () => {
    const all = await manifests();
    for (const one of all) {
        const Kind = model(one.apiVersion, one.kind);
        assert.ok(Kind, `${one.apiVersion} ${one.kind}`);
        new Kind(one).validate();
    }
    const of = (kind) => all.filter((one) => one.kind === kind);
    const deployments = Object.fromEntries(of('Deployment').map((one) => [one.metadata.name, one.spec.template]));
    assert.deepEqual(Object.keys(deployments).sort(), ['api', 'worker']);
    for (const scaler of of('HorizontalPodAutoscaler')) assert.ok(deployments[scaler.spec.scaleTargetRef.name]);
    for (const kind of ['PodDisruptionBudget', 'Service'])
        for (const { spec } of of(kind)) {
            const { app } = spec.selector.matchLabels ?? spec.selector;
            assert.equal(deployments[app].metadata.labels.app, app, kind);
        }
    const config = of('ConfigMap')[0];
    for (const [name, { spec }] of Object.entries(deployments)) {
        assert.ok(spec.securityContext.runAsNonRoot && spec.securityContext.seccompProfile.type === 'RuntimeDefault', name);
        for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
            const { securityContext } = container;
            assert.ok(securityContext.readOnlyRootFilesystem && !securityContext.allowPrivilegeEscalation, container.name);
            assert.deepEqual(securityContext.capabilities.drop, ['ALL']);
            assert.ok(container.resources.requests.cpu && container.resources.limits.memory, container.name);
            assert.equal(container.envFrom[0].configMapRef.name, config.metadata.name);
        }
        for (const container of spec.containers) {
            assert.ok(container.readinessProbe && container.livenessProbe, container.name);
            const ports = container.ports.map((port) => port.name);
            assert.ok(ports.includes(container.readinessProbe.httpGet.port));
        }
    }
    const policies = of('NetworkPolicy').map(({ spec }) => spec);
    assert.ok(policies.some(({ podSelector, ingress }) => Object.keys(podSelector).length === 0 && !ingress), 'nothing by default');
});

test('settings that the deployment files name are settings that the program has', async () => {
    const { program } = await import('../support/server.mjs');
    const { stdout } = await run(program, ['--help']);
    const known = new Set([...stdout.matchAll(/\(Env:([A-Z0-9_]+)\)/g)].map(([, name]) => name));
    const used = new Set();
    const config = (await manifests()).find(({ kind }) => kind === 'ConfigMap');
    Object.keys(config.data).forEach((name) => used.add(name));
    const compose = YAML.parse(await readFile(path.join(deployFolder, 'compose.yaml'), 'utf8'), { merge: true });
    for (const service of ['api1', 'api2', 'worker1', 'worker2'])
        Object.keys(compose.services[service].environment).forEach((name) => used.add(name.replace(/_FILE$/, '')));
    assert.deepEqual([...used].filter((name) => !known.has(name)), []);
});

test('the compose file: one command, everything watched, bounded and inside', async () => {
    const folder = await temporaryFolder();
    try {
        await cp(deployFolder, folder, { recursive: true });
        await cp(path.join(folder, '.env.example'), path.join(folder, '.env'));
        await run(path.join(folder, 'make-secrets'));
        const first = await readFile(path.join(folder, 'secrets/jwt_secret'), 'utf8');
        assert.ok(first.length >= 43);
        await run(path.join(folder, 'make-secrets'));
        assert.equal(await readFile(path.join(folder, 'secrets/jwt_secret'), 'utf8'), first, 'made again');
        await run('docker-compose', ['-f', path.join(folder, 'compose.yaml'), 'config', '-q'], { cwd: folder });
    } finally {
        await rm(folder, { recursive: true });
    }
    const text = await readFile(path.join(deployFolder, 'compose.yaml'), 'utf8');
    const compose = YAML.parse(text, { merge: true });
    assert.equal(compose.networks.inside.internal, true);
    for (const [name, service] of Object.entries(compose.services)) {
        if (name !== 'bucket') assert.ok(service.healthcheck, `${name}: no health check`);
        assert.ok(service.deploy.resources.limits.memory && service.deploy.resources.limits.cpus, `${name}: no limits`);
        assert.ok(service.logging.options['max-size'], `${name}: an endless log`);
        // Ours is made here; it is others' of which the version must be told.
        if (service.build) {
            const context = path.resolve(deployFolder, service.build.context);
            assert.equal(context, root, `${name}: a clean clone has nothing else to build from`);
            await readFile(path.join(context, service.build.dockerfile));
        } else {
            assert.ok(/:[^:]*\d/.test(service.image), `${name}: which version?`);
        }
        for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in compose.services, `${name}: ${other}`);
        for (const port of service.ports ?? [])
            assert.ok(name === 'nginx' || port.startsWith('127.0.0.1:'), `${name} publishes ${port}`);
        for (const volume of service.volumes ?? []) {
            const [from] = volume.split(':');
            assert.ok(from.startsWith('./') || from in compose.volumes, `${name}: ${from}`);
        }
        for (const secret of service.secrets ?? []) assert.ok(secret in compose.secrets, secret);
        for (const [variable, value] of Object.entries(service.environment ?? {}))
            assert.ok(!/(PASSWORD|SECRET|ACCESS_KEY|DATABASE_URL)/.test(variable) || /_FILE$/.test(variable), `${name}: ${variable}=${value}`);
    }
    const ours = ['api1', 'api2', 'worker1', 'worker2'];
    for (const name of ours) assert.ok(compose.services[name].build, `${name} can only be pulled`);
    const nodes = compose.services.nginx.environment.NODES.split(' ');
    assert.deepEqual(nodes, ours.filter((name) => name.startsWith('api')).map((name) => `${name}:5000`));
    // nginx offers HTTP/3 where its build has it: what it offers must come through.
    assert.match(await readFile(path.join(deployFolder, 'nginx/render'), 'utf8'), /quic/);
    assert.ok(compose.services.nginx.ports.some((port) => port.endsWith(':443/udp')), 'HTTP/3 does not come through');
    const example = await readFile(path.join(deployFolder, '.env.example'), 'utf8');
    for (const [, variable] of text.matchAll(/\$\{([A-Z0-9_]+)/g))
        assert.match(example, new RegExp(`^#?${variable}=`, 'm'), `${variable} is not explained`);
});

test('what the container is built from is all that its build needs, and nothing of a working copy', async () => {
    const ignored = (await readFile(path.join(root, '.dockerignore'), 'utf8')).split('\n').filter(Boolean);
    assert.equal(ignored[0], '*');
    const kept = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const dockerfile = await readFile(path.join(deployFolder, 'Dockerfile'), 'utf8');
    for (const [, from] of dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm))
        assert.ok(from === '.' || kept.some((one) => from.startsWith(one) || one.startsWith(from)), `${from} is ignored`);
    // The web client holds the document of the API.
    const documents = await readFile(path.join(root, 'web/documents.mjs'), 'utf8');
    for (const [, file] of documents.matchAll(/join\(web, '\.\.\/([^']+)'\)/g)) assert.ok(kept.includes(file), `${file} is ignored`);
});

test('the workflows are what the runner understands, and their secrets are documented', async () => {
    const folder = path.join(root, '.github/workflows');
    const operations = await readFile(path.join(root, 'docs/operations.md'), 'utf8');
    for (const name of await readdir(folder)) {
        const file = path.join('.github/workflows', name);
        await run('npx', ['--no-install', '--prefix', path.join(root, 'tests'), 'action-validator', file], { cwd: root })
            .catch((error) => assert.fail(`${name}: ${error.stdout}${error.stderr}`));
        const text = await readFile(path.join(folder, name), 'utf8');
        const { jobs } = YAML.parse(text);
        for (const [job, { 'timeout-minutes': minutes }] of Object.entries(jobs)) assert.ok(minutes <= 90, `${name}: ${job}`);
        for (const [, secret] of text.matchAll(/secrets\.(\w+)/g))
            assert.ok(secret === 'GITHUB_TOKEN' || operations.includes(`\`${secret}\``), secret);
    }
});
