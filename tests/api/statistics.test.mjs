import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const join = (name) => new Person(server.url).join(name);

async function statistics(person) {
    const answer = await person.get('/api/v1/statistics');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.message, 'Statistics retrieved successfully');
    return answer.body.data;
}

test('who has no clips has zeros', async () => {
    const ada = await join('Ada');
    const { profile, ...rest } = await statistics(ada);
    assert.deepEqual(rest, {
        totalVideos: 0, totalViews: 0, totalLikes: 0, mostPopularVideo: null, engagementRate: '0.00%', averageViews: 0,
        totalEngagements: 0, engagementBreakdown: [], topVideos: [],
    });
    assert.equal(profile.id, ada.id);
    assert.equal(profile.email, ada.email);
    assert.deepEqual(Object.keys(profile),
        ['id', 'name', 'avatarUrl', 'email', 'contact', 'createdAt', 'updatedAt', 'following', 'followedBy']);
});

test('likes, views and people are added up', async () => {
    const [ada, bob, eve] = [await join('Ada'), await join('Bob'), await join('Eve')];
    const clips = [];
    for (const title of ['one', 'two', 'three', 'four'])
        clips.push((await ada.upload(await clip(), { title }, { query: '?wait=ready' })).body.data.id);
    for (const person of [ada, bob, eve]) await person.get(`/api/v1/video/${clips[1]}`);
    await bob.get(`/api/v1/video/${clips[3]}`);
    await bob.put(`/api/v1/video/${clips[1]}/like`);
    await bob.put(`/api/v1/follows/${ada.id}`);
    await ada.put(`/api/v1/follows/${eve.id}`);
    const found = await until(async () => {
        const data = await statistics(ada);
        return data.totalViews === 4 ? data : null;
    }, { ms: 5000, what: 'four views' });
    assert.equal(found.totalVideos, 4);
    assert.equal(found.totalLikes, 1);
    assert.equal(found.totalEngagements, 1);
    assert.equal(found.engagementRate, '25.00%');
    assert.equal(found.averageViews, 1);
    assert.equal(found.mostPopularVideo.id, clips[1]);
    assert.deepEqual(found.topVideos.map((one) => one.title), ['two', 'four', 'three']);
    assert.equal(found.engagementBreakdown.length, 4);
    assert.deepEqual(Object.keys(found.engagementBreakdown[0]), ['id', 'title', 'viewCount', 'likeCount', 'videoUrl']);
    assert.match(found.engagementBreakdown[0].videoUrl, /^http:.*\.mp4$/);
    assert.deepEqual(found.profile.following, [{ id: eve.id, name: 'Eve', avatarUrl: null }]);
    assert.deepEqual(found.profile.followedBy, [{ id: bob.id, name: 'Bob', avatarUrl: null }]);
    assert.equal((await statistics(bob)).totalVideos, 0);
});

test('nobody sees statistics without a token', async () => {
    const answer = await new Person(server.url).get('/api/v1/statistics');
    assert.equal(answer.status, 401);
    assert.equal(answer.body.message, 'You are not authorized!');
});
