// What the server shows beside the client: the document of the API as /openapi.json, and the page that
// explains it at /docs. Everything that page needs comes from here, nothing from another host.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const web = dirname(fileURLToPath(import.meta.url));
const explorer = createRequire(import.meta.url).resolve(
  'openapi-explorer/dist/browser/openapi-explorer.min.js',
);

/** As [{ path, content }]. */
export function documents() {
  const api = parse(readFileSync(join(web, '../docs/openapi.yaml'), 'utf8'));
  return [
    { path: '/openapi.json', content: Buffer.from(JSON.stringify(api)) },
    { path: '/docs/index.html', content: readFileSync(join(web, 'docs/index.html')) },
    { path: '/docs/page.css', content: readFileSync(join(web, 'docs/page.css')) },
    { path: '/docs/openapi-explorer.js', content: readFileSync(explorer) },
  ];
}
