import cluster from 'node:cluster';

// The gateway as PROCESSES workers behind one port: the primary accepts connections and distributes them.

let stopping = false;
cluster.setupPrimary({ exec: 'dist/main.js' });
for (let count = Number(process.env['PROCESSES']); count > 0; count -= 1) cluster.fork();
cluster.on('exit', () => {
  if (!stopping) cluster.fork();
});
process.once('SIGTERM', () => {
  stopping = true;
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
});
