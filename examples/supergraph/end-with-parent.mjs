import { isMainThread } from 'node:worker_threads';

// Loaded with `--import` into each program: the channel closes when the process that started it ends, however it ends.
const endWithinMs = 10_000;

if (isMainThread && process.channel) {
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), endWithinMs).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // The listener alone must not keep a program alive.
  process.channel.unref();
}
