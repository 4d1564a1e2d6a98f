// npm's aws-ses-v2-local, which speaks SES's API v2 and keeps what it is sent, on a free port of the loopback.
// usage: node ses_server.mjs READY_FILE: writes its URL there, and runs until it is told to end.
//
// package.json holds the last versions of it and of its mailparser that run on Debian 12's Node 18.
import { renameSync, writeFileSync } from 'node:fs';
import sesLocal from 'aws-ses-v2-local';

const [ready] = process.argv.slice(2);
const server = await sesLocal.default({ host: '127.0.0.1', port: 0 });
writeFileSync(`${ready}.new`, `http://127.0.0.1:${server.address().port}`);
renameSync(`${ready}.new`, ready);
