import type { SlotAnswer } from './redis-window.ts';

/** A slot that is asked for before its call is made. */
export interface Reservation {
  /** Resolves when Redis has answered, within the time limit of a command. Never rejects. */
  readonly answered: Promise<void>;
  /** What Redis has answered, for the first attempt of the call. Undefined from the second time on. */
  use(): SlotAnswer | undefined;
  /** Gives back at once the slot that no call has used. Does nothing otherwise: call it in any case, in the end. */
  giveBack(): void;
}

/** `asked`: undefined where no slot was asked for in the end. `onEnded` is called once, when it holds no slot any more. */
export function createReservation(
  asked: Promise<SlotAnswer | undefined>,
  onEnded: (isUsed: boolean) => void,
): Reservation {
  let answer: SlotAnswer | undefined;
  let mayHoldSlot = true;
  let isGivenBack = false;

  function end(isUsed: boolean): void {
    if (!mayHoldSlot) return;
    mayHoldSlot = false;
    onEnded(isUsed);
  }
  function giveBack(): void {
    isGivenBack = true;
    if (answer && answer.kind !== 'wait') answer.release(false);
    answer = undefined;
    end(false);
  }
  async function readAnswer(): Promise<void> {
    answer = await asked;
    if (isGivenBack) giveBack();
    else if (!answer || answer.kind === 'wait') end(false);
  }
  const answered = readAnswer();

  return {
    answered,
    use() {
      const used = answer;
      answer = undefined;
      if (used) end(true);
      return used;
    },
    giveBack,
  };
}
