// What is private, hidden or failed, and what is somebody else's: every operation of the document with every role.
// An operation that is new there needs its line here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip, damaged } from '../support/clips.mjs';
import { document, heldFetch } from '../support/contract.mjs';
import { until } from '../support/server.mjs';
import { startWithStaff } from '../support/staff.mjs';

const roles = ['nobody', 'stranger', 'owner', 'moderator', 'admin'];
const states = ['private', 'hidden', 'failed'];
const V1 = '/api/v1';
const word = 'quixotry'; // In every title, text and tag of what is withheld.
const reason = { reason: 'It is so' };

let staff;
let files;
const people = {};
const clips = {}; // By state: { id, videoUrl, … } as its owner saw it.
const comments = {}; // By state of their clip: one of the owner's, written while everybody saw it.
let open; // A clip of the owner that everybody sees, with a comment of theirs.
let openComment;
let pending; // The owner's upload that has not ended.
let news; // A notification of the owner's.
let session; // Another session of the owner's.

/** A clip of the owner's as it is when `state` began, with a comment where one could be made. */
async function make(state) {
    const { owner, stranger } = people;
    const answer = await owner.upload(files[state] ?? files.whole, { title: `${word} ${state}`, description: word, tags: [word] }, { query: '?wait=none' });
    assert.equal(answer.status, 201, answer.text);
    const { id } = answer.body.data;
    const video = await owner.processed(id);
    assert.equal(video.status, state === 'failed' ? 'failed' : 'ready', state);
    let comment = null;
    if (state !== 'failed') {
        const said = await owner.post(`${V1}/video/${id}/comments`, { json: { content: word } });
        assert.equal(said.status, 200, said.text);
        comment = said.body.data.id;
        assert.equal((await stranger.put(`${V1}/video/${id}/like`)).status, 200); // Was seen by them once.
    }
    if (state === 'private') assert.equal((await owner.request('PATCH', `${V1}/video/${id}`, { json: { visibility: 'private' } })).status, 200);
    if (state === 'hidden') assert.equal((await people.admin.post(`${V1}/admin/video/${id}/hide`, { json: reason })).status, 200);
    return { video, comment };
}

before(async () => {
    staff = await startWithStaff();
    const { url } = staff.server;
    Object.assign(people, { nobody: new Person(url), moderator: staff.moderator, admin: staff.admin });
    people.stranger = await new Person(url).join('A stranger');
    people.owner = await new Person(url).join('The owner');
    files = { whole: await clip(), failed: await damaged() };
    await people.stranger.put(`${V1}/follows/${people.owner.id}`);
    for (const state of states) {
        const { video, comment } = await make(state);
        clips[state] = video;
        comments[state] = comment;
    }
    const { owner } = people;
    open = (await owner.upload(await clip({ seconds: 1 }), { title: 'For all' }, { query: '?wait=ready' })).body.data;
    openComment = (await owner.post(`${V1}/video/${open.id}/comments`, { json: { content: 'Mine' } })).body.data.id;
    await people.stranger.put(`${V1}/video/${open.id}/like`);
    news = (await until(async () => {
        const { data } = (await owner.get(`${V1}/notifications`)).body.data;
        return data.length > 0 && data;
    }, { what: 'news' }))[0].id;
    const begun = await owner.post(`${V1}/upload/tus`, {
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '1000', 'upload-metadata': `title ${Buffer.from(word).toString('base64')}` },
    });
    assert.equal(begun.status, 201, begun.text);
    pending = begun.headers.get('location').split('/').at(-1);
    const elsewhere = Object.assign(new Person(url), { email: owner.email, password: owner.password });
    await elsewhere.login();
    session = (await elsewhere.get(`${V1}/auth/sessions`)).body.data.find(({ current }) => current).id;
});
after(() => staff?.stop());

/** Statuses in the order of `roles`. */
const split = (text) => Object.fromEntries(text.split(' ').map((status, n) => [roles[n], Number(status)]));
const hasBearer = (role) => role !== 'nobody';

// --- A clip that not everybody may see, at each operation that names a clip: [request, private, hidden, failed].
// nobody stranger owner moderator admin
const nobodys = '401 404 404 404 404';
const onlyOwner = '401 404 200 404 404';
const ofClips = {
    showVideo: [(id) => ['GET', `/video/${id}`], '404 404 200 404 404', '404 404 404 200 200', '404 404 200 404 404'],
    showVideoFor: [(id) => ['GET', `/video/${id}/${people.owner.id}`], '404 404 200 404 404', '404 404 404 200 200', '404 404 200 404 404'],
    followProcessing: [(id) => ['GET', `/video/${id}/events`], '404 404 200 404 404', '404 404 404 404 404', '200 200 200 200 200'], // Open to who has the id.
    noteWatch: [(id) => ['POST', `/video/${id}/view`, { watchedMs: 100 }], '404 404 202 404 404', '404 404 404 404 404', '404 404 202 404 404'],
    listComments: [(id) => ['GET', `/video/${id}/comments`], '404 404 200 404 404', '404 404 404 200 200', '404 404 200 404 404'],
    toggleLike: [(id) => ['POST', `/video/${id}`], onlyOwner, nobodys, onlyOwner],
    likeVideo: [(id) => ['PUT', `/video/${id}/like`], onlyOwner, nobodys, onlyOwner],
    unlikeVideo: [(id) => ['DELETE', `/video/${id}/like`], onlyOwner, nobodys, onlyOwner],
    addComment: [(id) => ['POST', `/video/${id}/comments`, { content: word }], onlyOwner, nobodys, onlyOwner],
    reportVideo: [(id) => ['POST', `/video/${id}/report`, reason], '401 404 400 404 404', nobodys, '401 404 400 404 404'],
    watchStatistics: [(id) => ['GET', `/statistics/video/${id}`], onlyOwner, nobodys, onlyOwner],
    changeVideo: [(id) => ['PATCH', `/video/${id}`, { description: word }], onlyOwner, '401 404 404 200 200', onlyOwner],
    deleteVideo: [(id) => ['DELETE', `/video/${id}`], onlyOwner, '401 404 404 200 200', onlyOwner, 'anew'],
    hideVideo: [(id) => ['POST', `/admin/video/${id}/hide`, reason], '401 403 403 200 200', '401 403 403 200 200', '401 403 403 200 200', 'anew'],
    restoreVideo: [(id) => ['POST', `/admin/video/${id}/restore`, reason], '401 403 403 200 200', '401 403 403 200 200', '401 403 403 200 200', 'anew'],
};

/** The same for comments below such a clip: [request, private, hidden]. */
const ofComments = {
    listReplies: [(id) => ['GET', `/comment/${id}/replies`], '404 404 200 404 404', '404 404 404 200 200'],
    listRepliesAtOldPlace: [(id) => ['GET', `/video/${id}/replies`], onlyOwner, '401 404 404 200 200'],
    addReply: [(id) => ['POST', `/comment/${id}/replies`, { content: word }], '401 404 201 404 404', nobodys],
    likeComment: [(id) => ['PUT', `/comment/${id}/like`], onlyOwner, nobodys],
    unlikeComment: [(id) => ['DELETE', `/comment/${id}/like`], onlyOwner, nobodys],
    changeComment: [(id) => ['PATCH', `/comment/${id}`, { content: word }], onlyOwner, nobodys],
    reportComment: [(id) => ['POST', `/comment/${id}/report`, reason], '401 404 400 404 404', nobodys],
    deleteComment: [(id) => ['DELETE', `/comment/${id}`], onlyOwner, '401 404 404 200 200', 'anew'],
    hideComment: [(id) => ['POST', `/admin/comment/${id}/hide`, reason], '401 403 403 200 200', '401 403 403 200 200', 'anew'],
    restoreComment: [(id) => ['POST', `/admin/comment/${id}/restore`, reason], '401 403 403 200 200', '401 403 403 200 200', 'anew'],
};

async function ask(role, [method, route, json], headers) {
    const answer = await people[role].request(method, V1 + route, { json, headers });
    return answer;
}

async function demandRow(state, request, expected, anew, idOf) {
    const wanted = split(expected);
    for (const role of roles) {
        const ok = wanted[role] < 300;
        const made = ok && anew ? await make(state) : { video: clips[state], comment: comments[state] };
        const answer = await ask(role, request(idOf(made)));
        assert.equal(answer.status, wanted[role], `${role}, ${state}: ${answer.text}`);
        if (ok && anew) await people.admin.delete(`${V1}/video/${made.video.id}`); // Restored, it would be everybody's.
        if (!ok) assert.ok(!answer.text.includes(word), `${role}, ${state}, is told: ${answer.text}`);
    }
}

for (const [name, [request, ...expected]] of Object.entries(ofClips))
    for (const [n, state] of states.entries())
        test(`${name} of a clip that is ${state}`, () => demandRow(state, request, expected[n], expected[3] === 'anew', ({ video }) => video.id));

for (const [name, [request, ...expected]] of Object.entries(ofComments))
    for (const [n, state] of states.slice(0, 2).entries())
        test(`${name} below a clip that is ${state}`, () => demandRow(state, request, expected[n], expected[2] === 'anew', ({ comment }) => comment));

// --- Files: those of a public clip have plain addresses, which are worth nothing once it is none any more.
const ofFiles = {
    media: (state) => new URL(clips[state].videoUrl).pathname,
    signedMedia: (state) => new URL(clips[state].videoUrl).pathname.replace(/^(\/media\/[^/]+)/, `$1/${Math.floor(Date.now() / 1000 + 3600).toString(16)}-${'0'.repeat(32)}`),
};
for (const [name, place] of Object.entries(ofFiles))
    test(`${name} of a clip that is private or hidden`, async () => {
        for (const state of ['private', 'hidden'])
            for (const role of roles) {
                const headers = hasBearer(role) ? { authorization: `Bearer ${people[role].token}` } : {};
                const answer = await heldFetch(staff.server.url + place(state), { headers });
                assert.equal(answer.status, name === 'media' ? 404 : 403, `${role}, ${state}`);
            }
    });

// --- Lists: who finds such a clip, or a word of it, in which: [address, private, hidden, failed], by first letters of roles.
const inLists = {
    listVideos: ['/video?limit=50', '', '', ''],
    'listVideos by page': ['/video?page=1&limit=50', '', '', ''],
    'listVideos by trend': ['/video?sort=trending&limit=50', '', '', ''],
    'listVideos by word': [`/video?q=${word}&limit=50`, '', '', ''],
    'listVideos by tag': [`/video?tag=${word}&limit=50`, '', '', ''],
    feed: ['/video/feed?limit=50', '', '', ''],
    followingFeed: ['/video/following?limit=50', '', '', ''],
    videosOfUser: [() => `/user/${people.owner.id}/videos?limit=50`, 'o', '', 'o'],
    suggest: [`/search/suggestions?q=${word.slice(0, 4)}`, '', '', ''],
    statistics: ['/statistics', 'o', '', 'o'],
    profileOf: [() => `/user/${people.owner.id}`, '', '', ''],
    listReports: ['/admin/reports?limit=50', '', '', ''],
};
for (const [name, [address, ...finders]] of Object.entries(inLists))
    test(`${name} shows what is withheld to those only who may know`, async () => {
        for (const role of roles) {
            const answer = await people[role].get(V1 + (typeof address === 'function' ? address() : address));
            for (const [n, state] of states.entries()) {
                const found = answer.text.includes(clips[state].id);
                assert.equal(found, finders[n].includes(role[0]), `${role} finds the clip that is ${state}: ${found}`);
            }
            if (!finders.join('')) assert.ok(!answer.text.replaceAll(`q=${word}`, '').includes(word), `${role}: ${answer.text}`);
        }
    });

// --- What everybody sees, but only its owner changes.
const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
const ofOthers = {
    changeVideo: [() => ['PATCH', `/video/${open.id}`, { title: 'For all' }], '401 403 200 200 200'],
    deleteVideo: [() => ['DELETE', `/video/${open.id}`], '401 403 - - -'],
    watchStatistics: [() => ['GET', `/statistics/video/${open.id}`], '401 403 200 403 403'],
    changeComment: [() => ['PATCH', `/comment/${openComment}`, { content: 'Mine' }], '401 403 200 403 403'],
    deleteComment: [() => ['DELETE', `/comment/${openComment}`], '401 403 - - -'],
    tusState: [() => ['HEAD', `/upload/tus/${pending}`, undefined, tus], '401 404 200 404 404'],
    tusAppend: [() => ['PATCH', `/upload/tus/${pending}`, undefined, bytes], '401 404 204 404 404'],
    tusOverride: [() => ['POST', `/upload/tus/${pending}`, undefined, { ...tus, 'x-http-method-override': 'DELETE' }], '401 404 - 404 404'],
    tusTerminate: [() => ['DELETE', `/upload/tus/${pending}`, undefined, tus], '401 404 - 404 404'],
    endSession: [() => ['DELETE', `/auth/sessions/${session}`], '401 404 - 404 404'],
};
for (const [name, [request, expected]] of Object.entries(ofOthers))
    test(`${name} of what is another's`, async () => {
        for (const [n, status] of expected.split(' ').entries()) {
            if (status === '-') continue; // Theirs to do: it would be gone.
            const [method, route, json, headers] = request();
            const answer = await ask(roles[n], [method, route, json], headers);
            assert.equal(answer.status, Number(status), `${roles[n]}: ${answer.text}`);
        }
        assert.equal((await people.owner.get(`${V1}/video/${open.id}`)).body.data.title, 'For all');
    });

test('news are of whom they are for: others neither read them nor mark them read', async () => {
    for (const role of ['stranger', 'moderator', 'admin']) {
        assert.ok(!(await people[role].get(`${V1}/notifications`)).text.includes(news), role);
        for (const json of [{ id: news }, { until: news }]) {
            const marked = await people[role].post(`${V1}/notifications/read`, { json });
            assert.ok(marked.status === 404 || marked.body.data.marked === 0, marked.text);
        }
    }
    assert.equal((await people.nobody.post(`${V1}/notifications/read`, { json: { id: news } })).status, 401);
    const mine = (await people.owner.get(`${V1}/notifications`)).body.data.data.find(({ id }) => id === news);
    assert.equal(mine.isRead, false);
});

// --- What names nothing of anybody, or only what is the caller's own; accounts have a table of their own (access.test.mjs).
const elsewhere = [
    'register', 'login', 'refreshToken', 'logout', 'changePassword', 'listSessions', 'forgotPassword', 'resetPassword', 'myProfile',
    'changeMyProfile', 'deleteMyAccount', 'putMyAvatar', 'deleteMyAvatar', 'avatar', 'exportMyData', 'downloadExport', 'reportUser', 'dismissReport', 'banUser', 'unbanUser', 'giveRole', 'listWords', 'addWord', 'removeWord', 'readAuditLog',
    'follow', 'unfollow', 'showRelation', 'putFollow', 'deleteFollow', 'followers', 'following', 'blockUser', 'unblockUser', 'muteUser', 'unmuteUser',
    'uploadVideo', 'tusCreate', 'tusAbilities', 'tusAbilitiesOfOne', 'listNotifications', 'readNotifications', 'streamNotifications',
    'alive', 'ready', 'metrics', 'document',
];

test('every operation of the document has its line here', () => {
    const here = new Set([ofClips, ofComments, ofFiles, inLists, ofOthers].flatMap((table) => Object.keys(table)).concat(elsewhere));
    const all = Object.values(document.paths).flatMap((item) => Object.values(item).map((one) => one.operationId).filter(Boolean));
    assert.deepEqual(all.filter((name) => !here.has(name)), []);
    assert.deepEqual(elsewhere.filter((name) => !all.includes(name)), []);
    const naming = Object.entries(document.paths).filter(([template]) => /\/(video|comment)\/\{\w+\}/.test(template))
        .flatMap(([, item]) => Object.values(item).map((one) => one.operationId).filter(Boolean));
    assert.deepEqual(naming.filter((name) => elsewhere.includes(name)), [], 'what names a clip or a comment has expectations');
});
