// npm's s3rver, which speaks S3 and keeps its objects in a folder, on a free port of the loopback.
// usage: node s3_server.mjs READY_FILE FOLDER BUCKET...: writes its port there, and runs until it is told to end.
//
// A bucket is both at http://localhost:PORT/BUCKET and at http://BUCKET.localhost:PORT.
import { renameSync, writeFileSync } from 'node:fs';
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
const { port } = await server.run();
writeFileSync(`${ready}.new`, String(port));
renameSync(`${ready}.new`, ready);
