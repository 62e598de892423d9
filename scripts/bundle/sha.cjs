const { hash } = require('node:crypto');

/** In place of the package `sha.js`, as far as `@apollo/utils.createhash` uses it. */
module.exports = (algorithm) => ({
  update: (text) => ({ digest: (encoding) => hash(algorithm, text, encoding) }),
});
