// A real S3 server: Ceph radosgw over one monitor and one OSD in memory, all on loopback. Up in a quarter of a minute,
// 190 MB; the first bucket and the first object take about 2 s each.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort, temporaryFolder, until } from './process.mjs';

const run = promisify(execFile);
const credentials = { accessKey: 'testkey', secretKey: 'testsecret', region: 'us-east-1' };

const configuration = (folder, monitorPort, port, fsid) => `
[global]
fsid = ${fsid}
mon_host = [v2:127.0.0.1:${monitorPort}/0]
cluster_addr = 127.0.0.1
public_network = 127.0.0.0/8
ms_bind_ipv6 = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
admin_socket = ${folder}/run/$name.asok
run_dir = ${folder}/run
pid_file = ${folder}/run/$name.pid
log_file = ${folder}/log/$name.log
crash_dir = ${folder}/log
keyring = ${folder}/keyring
[mon]
mon_data = ${folder}/mon
mon_cluster_log_file = ${folder}/log/cluster.log
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[osd]
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_class_load_list = *
osd_class_default_list = *
osd_memory_target = 939524096
[client.rgw]
rgw_data = ${folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${port}
rgw_enable_usage_log = false
rgw_thread_pool_size = 32
rgw_crypt_require_ssl = false
`;

async function startMonitor(folder, monitorPort, ceph) {
    const keyring = path.join(folder, 'keyring');
    const key = (...args) => ceph('ceph-authtool', [keyring, ...args]);
    await key('-C', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
    await key('--gen-key', '-n', 'client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *');
    await key('--gen-key', '-n', 'client.rgw', '--cap', 'mon', 'allow rw', '--cap', 'osd', 'allow rwx', '--cap', 'mgr', 'allow rw');
    await key('--gen-key', '-n', 'osd.0', '--cap', 'mon', 'allow profile osd', '--cap', 'mgr', 'allow profile osd', '--cap', 'osd', 'allow *');
    const map = path.join(folder, 'monmap');
    const fsid = (await readFile(path.join(folder, 'ceph.conf'), 'utf8')).match(/fsid = (\S+)/)[1];
    await ceph('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, map]);
    await ceph('ceph-mon', ['-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring]);
    await ceph('ceph-mon', ['-i', 'a']);
}

async function startStorage(ceph) {
    await ceph('ceph', ['osd', 'new', crypto.randomUUID()]);
    const { stdout } = await ceph('ceph', ['osd', 'dump', '-f', 'json']);
    await ceph('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', JSON.parse(stdout).osds[0].uuid]);
    await ceph('ceph-osd', ['-i', '0']);
}

/** Each daemon writes its process id; they are ours alone. */
async function stopDaemons(folder) {
    const files = (await readdir(path.join(folder, 'run'))).filter((name) => name.endsWith('.pid'));
    const ids = await Promise.all(files.map(async (name) => Number(await readFile(path.join(folder, 'run', name), 'utf8'))));
    const lives = (id) => { try { process.kill(id, 0); return true; } catch { return false; } };
    for (const id of ids) if (lives(id)) process.kill(id, 'SIGKILL');  // Nothing of it is kept.
    await until(() => ids.every((id) => !lives(id)), { what: 'radosgw to end' });
}

/** What can be asked of an S3 server that runs at `address`. */
export function attachS3(address) {
    const s3 = {
        ...address,
        address,
        /** A signed request by somebody else's signing code; the answer's body. `args`: more of curl's. */
        async curl(key, ...args) {
            const { stdout } = await run('curl', ['-sS', '--fail-with-body',
                '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', '--aws-sigv4', `aws:amz:${address.region}:s3`,
                '--user', `${address.accessKey}:${address.secretKey}`, ...args, `${address.endpoint}/${key}`], { maxBuffer: 1 << 28 });
            return stdout;
        },
        async createBucket() {
            const name = `t-${randomBytes(8).toString('hex')}`;
            await s3.curl(name, '-X', 'PUT');
            return name;
        },
    };
    return s3;
}

export async function startS3() {
    const folder = await temporaryFolder('reelshare-s3-');
    for (const name of ['mon', 'osd', 'run', 'log', 'rgw']) await mkdir(path.join(folder, name));
    const monitorPort = await freePort();
    const port = await freePort();
    await writeFile(path.join(folder, 'ceph.conf'), configuration(folder, monitorPort, port, crypto.randomUUID()));
    const ceph = (program, args) => run(program, args, { env: { ...process.env, CEPH_CONF: path.join(folder, 'ceph.conf') } });
    const stop = async () => {
        await stopDaemons(folder);
        await rm(folder, { recursive: true, force: true });
    };
    const endpoint = `http://127.0.0.1:${port}`;
    try {
        await startMonitor(folder, monitorPort, ceph);
        await startStorage(ceph);
        await ceph('radosgw', ['-n', 'client.rgw', '--keyring', path.join(folder, 'keyring')]);
        await until(() => fetch(endpoint).then(() => true, () => false), { ms: 90_000, every: 100, what: 'radosgw' });
        await ceph('radosgw-admin', ['-n', 'client.rgw', '--keyring', path.join(folder, 'keyring'), 'user', 'create', '--uid', 'test',
            '--display-name', 'test', '--access-key', credentials.accessKey, '--secret-key', credentials.secretKey]);
    } catch (error) {
        await stop();
        throw error;
    }
    return Object.assign(attachS3({ endpoint, port, ...credentials }), { stop });
}
