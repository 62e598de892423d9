/** The policy of the page: scripts by nonce only, everything else from this origin. */
export function pagePolicy(nonce: string): string {
  return writePolicy({
    'default-src': "'none'",
    'script-src': `'nonce-${nonce}'`,
    // Monaco writes its theme into <style> elements and its lines with style attributes, and takes no nonce.
    'style-src': "'self' 'unsafe-inline'",
    'connect-src': "'self'",
    'font-src': "'self' data:",
    'img-src': "'self' data:",
    'worker-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

/** The policy of the assets: a worker has the policy of its own response, not that of the page. */
export const assetPolicy = writePolicy({
  'default-src': "'none'",
  'script-src': "'self'",
  'frame-ancestors': "'none'",
});

function writePolicy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}
