import { expect, test } from '@jest/globals';
import { countCommands, perLookup, redisCounts } from '../../bench/measure/redis-cost.ts';
import { findProgram } from '../../scripts/support/find-program.ts';
import { startRedisClusterProcess } from '../../scripts/support/redis-cluster-process.ts';
import { redisCommand } from '../../scripts/support/redis-command.ts';
import { testWithRedis } from '../support/redis-server.ts';

test('the commands of all nodes are counted, those of scripts too, but not the looking', () => {
  const stats = [
    '# Commandstats',
    'cmdstat_evalsha:calls=3,usec=90,usec_per_call=30.00',
    'cmdstat_get:calls=5,usec=5,usec_per_call=1.00',
    'cmdstat_client|setname:calls=1,usec=1,usec_per_call=1.00',
    'cmdstat_info:calls=9,usec=9,usec_per_call=1.00',
    'cmdstat_get:calls=2,usec=5,usec_per_call=1.00',
  ];

  expect(countCommands(stats.join('\r\n'))).toEqual({ commands: 11, scripts: 3 });
});

test('what was done between two counts is divided by the lookups', () => {
  const before = { commands: 10, scripts: 4, reads: 2, cpuMs: 1 };
  const after = { commands: 110, scripts: 24, reads: 12, cpuMs: 3 };

  expect(perLookup(before, after, 20)).toEqual({ commands: 5, scripts: 1, reads: 0.5, cpuMs: 0.1 });
});

testWithRedis('a cluster of three nodes has all slots, and its commands are counted', async () => {
  const cluster = await startRedisClusterProcess(findProgram('redis-server')!);
  try {
    const { nodes, url } = cluster;
    const before = await redisCounts(nodes);
    const answers: string[] = [];
    // Their slots are 12182, 5061 and 866: the last is of another node.
    for (const [at, key] of [
      [2, 'foo'],
      [0, 'bar'],
      [1, 'hello'],
    ] as const) {
      answers.push(await redisCommand(nodes[at]!.port, `SET ${key} 1`).catch(String));
    }
    const after = await redisCounts(nodes);

    expect(url).toBe(`redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`);
    expect(answers).toEqual(['+OK\r\n', '+OK\r\n', expect.stringContaining('MOVED 866')]);
    expect(perLookup(before, after, 1)).toMatchObject({ commands: 2, scripts: 0 });
    expect(await redisCommand(nodes[1]!.port, 'CLUSTER INFO')).toContain('cluster_slots_ok:16384');
  } finally {
    await cluster.stop();
  }
});
