// Which database, object store and bus a server under test stands on. REELSHARE_WORLD=embedded (the default): those
// inside the program. REELSHARE_WORLD=scaled: the services that `with_services.mjs` started and names in the
// environment, each server with a database and a bucket of its own.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const services = process.env.REELSHARE_SERVICES ? JSON.parse(process.env.REELSHARE_SERVICES) : {};
export const scaled = process.env.REELSHARE_WORLD === 'scaled';

/** Handles of services that another process started, by what that process wrote down. */
async function attach() {
    const { attachPostgres } = await import('./postgres.mjs');
    const { attachRedis } = await import('./redis.mjs');
    const { attachS3 } = await import('./s3.mjs');
    return {
        postgres: services.postgres && attachPostgres(services.postgres),
        redis: services.redis && attachRedis(services.redis),
        s3: services.s3 && attachS3(services.s3),
    };
}

/** A place of its own in the given services: the environment of a server, and `drop`. */
export async function makeWorld({ postgres, redis, s3 }) {
    const env = {};
    let database;
    if (postgres) {
        database = await postgres.createDatabase();
        env.DATABASE_URL = postgres.url(database);
    }
    if (redis) env.REDIS_URL = redis.url(await redis.createDatabase());
    if (s3) {
        env.S3_BUCKET = await s3.createBucket();
        env.AWS_ENDPOINT_URL = s3.endpoint;
        env.AWS_ACCESS_KEY_ID = s3.accessKey;
        env.AWS_SECRET_ACCESS_KEY = s3.secretKey;
        env.AWS_REGION = s3.region;
    }
    return { env, drop: async () => { if (database) await postgres.dropDatabase(database); } };
}

/** The world of a data folder: the same again for a server that is started again on it. */
export async function worldOf(dataDir) {
    if (!scaled) return { env: {}, drop: async () => {} };
    const note = path.join(dataDir, 'world.json');
    const kept = await readFile(note, 'utf8').then(JSON.parse, () => null);
    if (kept) return { env: kept, drop: async () => {} };
    const world = await makeWorld(await attach());
    await writeFile(note, JSON.stringify(world.env));
    return world;
}
