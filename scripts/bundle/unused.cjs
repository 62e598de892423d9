/** In place of a package that another one loads at every start, for something that the gateway never asks of it. */
function refuse() {
  throw new Error('The bundle leaves this package out: see scripts/bundle/options.ts.');
}

module.exports = new Proxy(refuse, { get: refuse });
