// Packs the built client (dist/) and the documents of the API for the C++ program: compresses every
// file with gzip and brotli, puts all of it behind one another in PACKED/client.bin, and writes a
// source file that embeds that and says what is where; see src/delivery/embedded_web.hpp.
//
//   node web/pack.mjs OUT.cpp [--dist DIR] [--packed DIR]
//
// One file rather than many because clang 19 takes an embedded file for text when it begins with a
// byte order mark, and its first byte for signed; this one begins with a word of ASCII.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { documents } from './documents.mjs';

const web = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dist: { type: 'string', default: join(web, 'dist') },
    packed: { type: 'string', default: join(web, 'packed') },
  },
});
if (positionals.length !== 1) {
  console.error('usage: node pack.mjs OUT.cpp [--dist DIR] [--packed DIR]');
  process.exit(2);
}
const out = resolve(positionals[0]);
const dist = resolve(values.dist);
const packed = resolve(values.packed);

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function compress(content) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return {
    gzip: gzipSync(content, { level: 9 }),
    brotli: brotliCompressSync(content, {
      params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
  };
}

const quoted = (text) => `"${text.replace(/["\\]/g, '\\$&')}"`;

rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });
mkdirSync(dirname(out), { recursive: true });

const parts = [Buffer.from('ReelShare\n')];
let size = parts[0].length;

/** Adds bytes to client.bin; gives the expression that stands for them. */
function embed(bytes) {
  parts.push(bytes);
  size += bytes.length;
  return `bytes(${size - bytes.length}, ${bytes.length})`;
}

const files = filesUnder(dist)
  .map((file) => ({
    path: `/${relative(dist, file).split(sep).join('/')}`,
    content: readFileSync(file),
  }))
  .concat(documents())
  .sort((a, b) => (a.path < b.path ? -1 : 1));

if (!files.some(({ path }) => path === '/index.html')) throw new Error(`no index.html in ${dist}`);

const rows = files.map(({ path, content }) => {
  const type = TYPES[extname(path)];
  if (!type) throw new Error(`${path}: no content type known for ${extname(path)}`);
  const { gzip, brotli } = compress(content);
  const smaller = (packed) => (packed.length < content.length ? embed(packed) : '{}');
  // The hashes stand in OUT.cpp, so its text changes with every file: a compiler cache that knows
  // nothing of #embed stays right.
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  const immutable = path.startsWith('/assets/');
  return (
    `        {${quoted(path)}, ${quoted(type)}, ${immutable}, ${embed(content)}, ` +
    `${smaller(gzip)}, ${smaller(brotli)}, ${quoted(etag)}},`
  );
});

const blob = join(packed, 'client.bin');
writeFileSync(blob, Buffer.concat(parts));
writeFileSync(
  out,
  `// Made by web/pack.mjs from the built web client; do not edit.
#include "delivery/embedded_web.hpp"

#include <cstddef>

#pragma clang diagnostic ignored "-Wc23-extensions"

namespace reelshare::delivery {
namespace {

constexpr unsigned char kClient[] = {
#embed ${quoted(relative(dirname(out), blob))}
};

std::string_view bytes(std::size_t offset, std::size_t size) {
    return {reinterpret_cast<const char*>(kClient) + offset, size};
}

}  // namespace

std::span<const EmbeddedFile> embedded_web() {
    static const EmbeddedFile files[] = {
${rows.join('\n')}
    };
    return files;
}

}  // namespace reelshare::delivery
`,
);
console.log(`${files.length} files packed into ${relative(process.cwd(), out)}`);
