// npm's s3rver, which speaks S3 and keeps its objects in a folder, on a free port of the loopback.
// usage: node --openssl-legacy-provider s3_server.mjs READY_FILE FOLDER BUCKET...: writes its port there, and runs until it is told to end.
//
// A bucket is both at http://s3.localhost:PORT/BUCKET and at http://BUCKET.s3.localhost:PORT. Where s3rver 3.7 does what S3's
// documentation rules out, it is mended here: pages in the order of keys, one object of two that are written at once, a range of an
// empty object, and uploads in parts that are given up, which it does not know.
import { rm } from 'node:fs/promises';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import S3rver from 's3rver';

const [ready, directory, ...buckets] = process.argv.slice(2);
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory,
  serviceEndpoint: 'localhost',
  configureBuckets: buckets.map((name) => ({ name })),
});
const { store } = server;

// ListObjectsV2: "a list in UTF-8 binary order". s3rver's is that of its folders, and it loses objects between two pages.
const listObjects = store.listObjects.bind(store);
store.listObjects = async (bucket, { prefix, startAfter = '', maxKeys }) => {
  const all = (await listObjects(bucket, { prefix })).objects
    .filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return { objects: all.slice(0, maxKeys), commonPrefixes: [], isTruncated: all.length > maxKeys };
};

// PutObject: "never adds partial objects"; s3rver writes two of one key into one file.
const putObject = store.putObject.bind(store);
let before = Promise.resolve();
store.putObject = (object) => {
  const put = before.then(() => putObject(object));
  before = put.catch(() => {});
  return put;
};

// GetObject: 416 where a range begins behind the end; s3rver promises a byte of an empty object.
const getObject = store.getObject.bind(store);
store.getObject = async (bucket, key, options) => {
  const object = await getObject(bucket, key, options);
  if (object?.range && object.size === 0) {
    object.content?.destroy();
    object.content = null;
  }
  return object;
};

// AbortMultipartUpload: 204, and nothing is left of it; s3rver answers 405.
server.middleware.unshift(async (ctx, next) => {
  if (ctx.method !== 'DELETE' || !/^[0-9a-f]{32}$/.test(ctx.query.uploadId ?? '')) return next();
  for (const bucket of buckets)
    await rm(path.join(store.getResourcePath(bucket, undefined, 'uploads'), ctx.query.uploadId), { recursive: true, force: true });
  ctx.status = 204;
});

const { port } = await server.run();
writeFileSync(`${ready}.new`, String(port));
renameSync(`${ready}.new`, ready);
