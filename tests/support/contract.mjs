// Holds every answer that a test sees to docs/openapi.yaml: route, status, and each field of the body.
import { appendFileSync, readFileSync } from 'node:fs';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

export const document = parse(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: 'document', ...document });

/** What any operation may answer, as the document's introduction says. */
export const general = new Set([408, 411, 413, 429, 431, 500, 503, 507]);
/** 400 is also what is wrong before any operation is looked at, such as a NUL in the address. */
const allowedAnywhere = (status) => status === 400 || general.has(status);
/** What an Idempotency-Key may lead to. */
const allowedByKey = (method, status) => method === 'post' && status === 409;
/** Pages and their files are the web client's business. */
const isApi = (path) => /^\/(api|media|avatars|healthz|readyz|metrics|openapi\.json)\b/.test(path);
const methods = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options'];

const templates = Object.entries(document.paths).map(([template, item]) => ({
    template,
    item,
    parameters: (template.match(/\{/g) ?? []).length,
    pattern: new RegExp(
        `^${template.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`,
    ),
}));
// A literal beats a parameter, as in the router.
templates.sort((a, b) => a.parameters - b.parameters);

/** Every operation with its answers: [{ method, template, status }]. */
export function documented() {
    return templates.flatMap(({ template, item }) =>
        methods.filter((method) => item[method]).flatMap((method) =>
            Object.keys(item[method].responses).map((status) => ({ method, template, status: Number(status) }))));
}

function resolve(value) {
    if (!value?.$ref) return value;
    return value.$ref.slice(2).split('/').reduce((at, key) => at[key.replace(/~1/g, '/').replace(/~0/g, '~')], document);
}

const validators = new Map();
function validator(pointer) {
    if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: `document#${pointer}` }));
    return validators.get(pointer);
}

const escape = (key) => encodeURIComponent(key.replace(/~/g, '~0').replace(/\//g, '~1'));

/** What of a value does not fit the schema at this place of the document: [] where all does. */
export function faultsOf(pointer, value) {
    const valid = validator(pointer);
    return valid(value) ? [] : valid.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

/** A key as part of such a place. */
export const inPointer = (key) => escape(key);

function demand(pointer, body, what) {
    const valid = validator(pointer);
    if (valid(body)) return;
    const faults = valid.errors.map((error) => `${error.instancePath || 'the body'} ${error.message} ${JSON.stringify(error.params)}`);
    throw new Error(`${what} does not keep docs/openapi.yaml:\n  ${[...new Set(faults)].join('\n  ')}\n${JSON.stringify(body).slice(0, 2000)}`);
}

/** Throws where an answer is not what the document says. `body`: the parsed JSON, or null. */
export function holdToContract(method, path, status, body) {
    method = method.toLowerCase();
    const what = `${method.toUpperCase()} ${path} → ${status}`;
    const found = templates.find(({ pattern, item }) => pattern.test(path) && item[method])
        ?? templates.find(({ pattern }) => pattern.test(path));
    const operation = found?.item[method];
    if (!operation) {
        if (!isApi(path) || method === 'head' || method === 'options') return;
        if (status === 404 || status === 405 || allowedAnywhere(status)) return;
        throw new Error(`${what}: this operation is not in docs/openapi.yaml. Describe it there (CONTRIBUTING says how).`);
    }
    if (process.env.CONTRACT_SEEN) appendFileSync(process.env.CONTRACT_SEEN, `${method} ${found.template} ${status}\n`);
    const response = resolve(operation.responses[status]);
    if (!response) {
        if (!allowedAnywhere(status) && !allowedByKey(method, status)) throw new Error(`${what}: this status of the operation is not in docs/openapi.yaml. Describe it there.`);
        if (body) demand('/components/schemas/Failure', body, what);
        return;
    }
    if (!response.content?.['application/json'] || body === null) return;
    const reference = operation.responses[status].$ref;
    const answer = reference ? reference.slice(1) : `/paths/${escape(found.template)}/${method}/responses/${status}`;
    demand(`${answer}/content/application~1json/schema`, body, what);
}

/** fetch, for tests that read bytes or streams: the route and the status are held to the document. */
export async function heldFetch(url, init = {}) {
    const answer = await fetch(url, init);
    holdToContract(init.method ?? 'GET', new URL(url).pathname, answer.status, null);
    return answer;
}
