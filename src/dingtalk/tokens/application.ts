/** Which application the gateway is to DingTalk, and so which endpoint gives its access tokens. */
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

/**
 * The organization that pays for the calls of a viewer of `corpId`, and whose token they use. Undefined for an internal
 * application, which has one token, and for a viewer without an organization where none is configured.
 */
export type CorpOf = (corpId: string | undefined) => string | undefined;

export const createCorpOf =
  (app: Application): CorpOf =>
  (corpId) =>
    app.kind === 'internal' ? undefined : (corpId ?? app.corpId);
