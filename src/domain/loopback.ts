import { isIPv4 } from 'node:net';

/** Whether `host`, a name or an address, is loopback. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase();
  return (
    name === 'localhost' || name === '::1' || name === '[::1]' || (name.startsWith('127.') && isIPv4(name))
  );
};
