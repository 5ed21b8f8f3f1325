// A made ReelServer: a PostgreSQL database with its tables, and a server of its files.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';

const time = 'TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP';
const tables = `
    CREATE TABLE "User" ("id" TEXT PRIMARY KEY, "name" TEXT NOT NULL, "email" TEXT NOT NULL UNIQUE, "contact" TEXT,
        "password" TEXT NOT NULL, "createdAt" ${time}, "updatedAt" ${time});
    CREATE TABLE "Video" ("id" TEXT PRIMARY KEY, "videoUrl" TEXT NOT NULL, "title" TEXT NOT NULL, "description" TEXT NOT NULL,
        "thumbnail" TEXT NOT NULL DEFAULT '', "uploaderId" TEXT NOT NULL REFERENCES "User" ("id"), "viewCount" INTEGER NOT NULL DEFAULT 0,
        "likeCount" INTEGER NOT NULL DEFAULT 0, "createdAt" ${time}, "updatedAt" ${time}, "metadata" JSONB);
    CREATE TABLE "Engagement" ("videoId" TEXT NOT NULL REFERENCES "Video" ("id"), "userId" TEXT NOT NULL REFERENCES "User" ("id"),
        "createdAt" ${time}, PRIMARY KEY ("videoId", "userId"));
    CREATE TABLE "Follows" ("followedById" TEXT NOT NULL REFERENCES "User" ("id"), "followingId" TEXT NOT NULL REFERENCES "User" ("id"),
        "createdAt" ${time}, PRIMARY KEY ("followingId", "followedById"));
    CREATE TABLE "Comment" ("id" TEXT PRIMARY KEY, "content" VARCHAR(1000) NOT NULL, "createdAt" ${time}, "updatedAt" ${time},
        "userId" TEXT NOT NULL REFERENCES "User" ("id"), "videoId" TEXT NOT NULL REFERENCES "Video" ("id"),
        "parentCommentId" TEXT REFERENCES "Comment" ("id"));
    CREATE TABLE "CommentLike" ("id" TEXT PRIMARY KEY, "userId" TEXT NOT NULL REFERENCES "User" ("id"),
        "commentId" TEXT NOT NULL REFERENCES "Comment" ("id"), "createdAt" ${time}, UNIQUE ("userId", "commentId"));`;

const literal = (value) => (typeof value === 'number' ? String(value) : value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);

/** `url`: how somebody reaches it who may only read, by a password that must never be shown. */
export async function makeReelServer(postgres) {
    const name = await postgres.createDatabase();
    const role = `reader_${name}`;
    await postgres.sql(`${tables} CREATE ROLE ${role} LOGIN PASSWORD 'never-shown'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`, name);
    return {
        name,
        url: `postgresql://${role}:never-shown@127.0.0.1:${postgres.port}/${name}?schema=public&connection_limit=5`,
        sql: (text) => postgres.sql(text, name),
        /** Rows as objects, into one table. */
        async insert(table, ...rows) {
            const columns = Object.keys(rows[0]);
            const values = rows.map((row) => `(${columns.map((column) => literal(row[column])).join(', ')})`);
            await postgres.sql(`INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES ${values.join(', ')}`, name);
        },
    };
}

/**
 * Serves files by their path as it is asked for, unescaped. `asked`: how often each was. One in `held` is begun and
 * never ends.
 */
export async function serveFiles() {
    const files = new Map();
    const asked = new Map();
    const held = new Set();
    const server = http.createServer(async (request, response) => {
        let path;
        try {
            path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
        } catch {
            return response.writeHead(400).end('no path');
        }
        asked.set(path, (asked.get(path) ?? 0) + 1);
        if (!files.has(path)) return response.writeHead(404).end('no');
        const { size } = await stat(files.get(path));
        response.writeHead(200, { 'Content-Length': size });
        const stream = createReadStream(files.get(path), held.has(path) ? { end: 99 } : {});
        stream.pipe(response, { end: !held.has(path) });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        files,
        asked,
        held,
        stop() {
            server.closeAllConnections();
            return new Promise((done) => server.close(done));
        },
    };
}
