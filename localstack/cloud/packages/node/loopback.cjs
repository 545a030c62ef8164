// Loaded into the CDK's command line with `node --require`. LocalStack serves
// S3 under names such as s3.localhost; RFC 6761 says they mean this machine,
// but not every resolver knows it.
'use strict';

const dns = require('node:dns');

const resolve = dns.lookup;

dns.lookup = function lookup(hostname, ...rest) {
  const local = typeof hostname === 'string' && /\.localhost\.?$/i.test(hostname);
  return resolve.call(dns, local ? 'localhost' : hostname, ...rest);
};
