/** The DingTalk application of this gateway. Its kind decides which endpoint issues the access tokens. */
export type Application =
  | { readonly kind: 'internal'; readonly appKey: string; readonly appSecret: string }
  | { readonly kind: 'corp'; readonly appKey: string; readonly appSecret: string; readonly corpId: string }
  | {
      readonly kind: 'suite';
      readonly suiteKey: string;
      readonly suiteSecret: string;
      readonly suiteTicketFile: string;
      /** For viewers whose credentials name no organization. */
      readonly corpId: string | undefined;
    };
