import type { DingTalkStatus } from '../../domain/dingtalk-status.ts';

/** Values sampled at scrape time. Missing readers are skipped. */
export interface GatewayStatus {
  readonly dingtalk?: DingTalkStatus;
  readonly cached?: () => { readonly entries: number; readonly bytes: number };
}
