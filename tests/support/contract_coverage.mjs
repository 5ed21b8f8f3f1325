// Names what docs/openapi.yaml promises and no test has seen: node contract_coverage.mjs SEEN, where SEEN is the
// file that the tests wrote as CONTRACT_SEEN.
import { readFileSync } from 'node:fs';

import { documented, general } from './contract.mjs';

const seen = new Set(readFileSync(process.argv[2], 'utf8').split('\n'));
const unseen = documented()
    .filter(({ status }) => !general.has(status))
    .map(({ method, template, status }) => `${method} ${template} ${status}`)
    .filter((answer) => !seen.has(answer));
if (unseen.length) {
    console.error(`docs/openapi.yaml promises what no API test has seen:\n  ${unseen.join('\n  ')}`);
    process.exit(1);
}
console.log('Every answer of docs/openapi.yaml was seen by a test.');
