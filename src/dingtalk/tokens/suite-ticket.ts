import { readFile, stat } from 'node:fs/promises';
import { DingTalkError } from '../../errors/dingtalk-error.ts';

/** Far above any ticket: a longer file is another file. */
const maxTicketBytes = 4096;

/**
 * Reads the ticket of a suite. It is read for every token: DingTalk pushes one every five hours, and only the latest
 * works.
 *
 * @throws {DingTalkError} `misconfigured` without a readable ticket.
 */
export async function readTicket(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  // Reading anything else, such as a pipe, may never end.
  if (!found?.isFile()) throw unusable('names no file');
  if (found.size > maxTicketBytes) throw unusable(`is longer than ${maxTicketBytes} bytes`);
  const ticket = await readFile(file, 'utf8').catch(() => '');
  if (ticket.trim() === '') throw unusable('is empty or cannot be read');
  return ticket.trim();
}

const unusable = (problem: string): DingTalkError =>
  new DingTalkError('misconfigured', { reason: `DINGTALK_SUITE_TICKET_FILE ${problem}` });
