import { isIPv4 } from 'node:net';

/** Whether what listens or is called at `host`, a name or an address, stays on this machine. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase();
  return (
    name === 'localhost' || name === '::1' || name === '[::1]' || (name.startsWith('127.') && isIPv4(name))
  );
};
