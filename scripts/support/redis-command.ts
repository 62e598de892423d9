import net from 'node:net';

const answerWithinMs = 2000;

/**
 * The answer of a Redis on loopback to one command, as Redis wrote it: `CLUSTER INFO`, `INFO commandstats`.
 * Words of the command may contain no blanks. Throws for an error reply.
 */
export async function redisCommand(port: number, command: string): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.setTimeout(answerWithinMs, () =>
    socket.destroy(new Error(`no answer to ${command} within ${answerWithinMs} ms`)),
  );
  // Redis closes the connection after its answer to QUIT.
  socket.write(`${command}\r\nQUIT\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  if (answer.startsWith('-')) throw new Error(`${command}: ${answer.split('\r\n')[0]}`);
  return answer.replace(/\+OK\r\n$/, '');
}
