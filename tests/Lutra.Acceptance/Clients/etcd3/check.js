// What applications do with the npm package etcd3, unchanged, against the hosts in argv. Prints a line for each thing that held, and ends with 1 at the first that did not.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// The package lies where .ci/run installed it.
const { Etcd3 } = createRequire(`${process.env.LUTRA_ETCD3_FOLDER}/`)('etcd3');
const client = new Etcd3({ hosts: process.argv.slice(2) });
const root = `check/${process.pid}/`;

async function holds(name, what) {
  await what();
  console.log(name);
}

await holds('values are put, read, listed and deleted', async () => {
  await client.put(`${root}a`).value('1');
  await client.put(`${root}b`).value(JSON.stringify({ otter: true }));
  assert.equal(await client.get(`${root}a`).string(), '1');
  assert.equal(await client.get(`${root}a`).number(), 1);
  assert.deepEqual(await client.get(`${root}b`).json(), { otter: true });
  assert.equal(await client.get(`${root}none`).string(), null);
  assert.deepEqual(await client.getAll().prefix(root).keys(), [`${root}a`, `${root}b`]);
  assert.deepEqual(await client.getAll().prefix(root).sort('Key', 'Descend').limit(1).keys(), [`${root}b`]);
  assert.equal(await client.getAll().prefix(root).count(), 2);
  assert.equal((await client.delete().key(`${root}b`)).deleted, '1');
});

await holds('transactions take the right branch', async () => {
  const key = `${root}a`;
  const first = await client.if(key, 'Value', '==', '1').then(client.put(key).value('2')).else(client.get(key)).commit();
  assert.equal(first.succeeded, true);
  const second = await client.if(key, 'Value', '==', '1').then(client.put(key).value('3')).else(client.get(key)).commit();
  assert.equal(second.succeeded, false);
  assert.equal(second.responses[0].response_range.kvs[0].value.toString(), '2');
});

await holds('a software transaction counts without losing', async () => {
  const key = `${root}count`;
  await client.put(key).value(0);
  const add = () => client.stm({ retries: 50 }).transact(async (tx) => tx.put(key).value(1 + (await tx.get(key).number())));
  await Promise.all([add(), add(), add(), add()]);
  assert.equal(await client.get(key).number(), 4);
});

await holds('watches see what happens, and what happened', async () => {
  const key = `${root}watched`;
  const start = (await client.put(key).value('old')).header.revision;
  const seen = [];
  const watcher = await client.watch().prefix(key).startRevision(start).withPreviousKV().create();
  const done = new Promise((resolve, reject) => {
    watcher.on('error', reject);
    watcher.on('data', (reply) => {
      for (const event of reply.events) {
        seen.push([event.type, event.kv.value.toString(), event.prev_kv?.value.toString()]);
        if (seen.length === 3) resolve();
      }
    });
  });
  await client.put(key).value('new');
  await client.delete().key(key);
  await done;
  assert.deepEqual(seen, [['Put', 'old', undefined], ['Put', 'new', 'old'], ['Delete', '', 'new']]);
  await watcher.cancel();

  // Another on the same stream, after one was cancelled.
  const other = await client.watch().key(key).create();
  const put = new Promise((resolve) => other.on('put', resolve));
  await client.put(key).value('again');
  assert.equal((await put).value.toString(), 'again');
  await other.cancel();
});

await holds('leases keep keys, and take them with them', async () => {
  const lease = client.lease(60);
  await lease.put(`${root}leased`).value('held');
  await lease.keepaliveOnce();
  assert.equal(await client.get(`${root}leased`).string(), 'held');
  await lease.revoke();
  assert.equal(await client.get(`${root}leased`).string(), null);
  const short = client.lease(2, { autoKeepAlive: false });
  const lost = new Promise((resolve) => short.on('lost', resolve));
  await short.put(`${root}short`).value('x');
  while ((await client.get(`${root}short`).string()) !== null) await new Promise((next) => setTimeout(next, 50));
  await assert.rejects(short.keepaliveOnce());
  await lost;
});

await holds('a lock has one holder', async () => {
  const lock = client.lock(`${root}lock`);
  await lock.acquire();
  await assert.rejects(client.lock(`${root}lock`).acquire());
  await lock.release();
  assert.equal(await client.lock(`${root}lock`).do(async () => 'inside'), 'inside');
});

await holds('an election has one leader, and another when it resigns', async () => {
  const election = client.election(`${root}election`, 5);
  const first = election.campaign('one');
  await new Promise((resolve, reject) => { first.on('elected', resolve); first.on('error', reject); });
  assert.equal(await election.leader(), 'one');
  const second = election.campaign('two');
  const elected = new Promise((resolve, reject) => { second.on('elected', resolve); second.on('error', reject); });
  await first.resign();
  await elected;
  assert.equal(await election.leader(), 'two');
  await second.resign();
});

await holds('the cluster and its members answer', async () => {
  assert.ok((await client.cluster.memberList({})).members.length > 0);
  assert.ok((await client.maintenance.status()).version.startsWith('3.'));
  const namespace = client.namespace(root);
  await namespace.put('inner').value('x');
  assert.equal(await client.get(`${root}inner`).string(), 'x');
});

await holds('refusals are the errors that it knows', async () => {
  await assert.rejects(client.put(`${root}x`).value('x').lease('4711').exec(), (error) => error.constructor.name === 'EtcdLeaseInvalidError');
  await assert.rejects(client.put('').value('x').exec(), /key is not provided/);
});

await client.delete().prefix(root);
client.close();
