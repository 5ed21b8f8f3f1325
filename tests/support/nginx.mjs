// nginx in front of some nodes, as docs/scaling.md has it.
import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { freePort, temporaryFolder, until } from './process.mjs';

export async function startNginx(nodes) {
    const port = await freePort();
    const folder = await temporaryFolder('reelshare-nginx-');
    await mkdir(path.join(folder, 'logs'));
    const file = path.join(folder, 'nginx.conf');
    await writeFile(file, `
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream reelshare {
    ${nodes.map((node) => `server 127.0.0.1:${node.port} max_fails=1 fail_timeout=2s;`).join('\n    ')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 600m;
    location / {
      proxy_pass http://reelshare;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_next_upstream error timeout;
    }
  }
}`);
    const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    const exited = new Promise((done) => child.once('exit', done));
    const url = `http://127.0.0.1:${port}`;
    await until(() => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false), { every: 20, what: 'nginx' });
    return {
        url,
        port,
        async stop() {
            child.kill('SIGTERM');
            await exited;
            await rm(folder, { recursive: true, force: true });
        },
    };
}
