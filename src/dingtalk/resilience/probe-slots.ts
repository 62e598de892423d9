import type { Clock } from '../../async/clock.ts';
import type { About } from '../call.ts';

const maxSlots = 7;
const maxSlotsOfViewer = 3;
/** All unknown bearers are one viewer. */
const maxSlotsOfUnknown = 1;

/** Held by a probe until it ends, or by a failure until the pause is over. */
export interface ProbeSlot {
  readonly about: About;
  untilMs: number;
}

/** The slots of a breaker that is not closed: one a subject, three a viewer, one for all unknown bearers, seven in all. */
export interface ProbeSlots {
  /** Undefined where a slot is free for this call. `ownCalls`: whether calls of the same viewer hold all it may have. */
  refusal(about: About): { readonly ownCalls: boolean } | undefined;
  take(about: About, untilMs: number): ProbeSlot;
  holds(slot: ProbeSlot): boolean;
  release(slot: ProbeSlot): void;
}

export function createProbeSlots(clock: Clock): ProbeSlots {
  let slots: ProbeSlot[] = [];

  return {
    refusal({ viewer, subject, isUnknown = false }) {
      const nowMs = clock.nowMs();
      slots = slots.filter(({ untilMs }) => nowMs < untilMs);
      const ofViewer = slots.filter(({ about }) => about.viewer === viewer).length;
      if (ofViewer >= (isUnknown ? maxSlotsOfUnknown : maxSlotsOfViewer)) return { ownCalls: true };
      const isTaken = slots.some(({ about }) => about.subject === subject);
      return slots.length >= maxSlots || isTaken ? { ownCalls: false } : undefined;
    },
    take(about, untilMs) {
      const slot = { about, untilMs };
      slots.push(slot);
      return slot;
    },
    holds: (slot) => slots.includes(slot),
    release: (slot) => void (slots = slots.filter((other) => other !== slot)),
  };
}
