/** A person and their user token. */
export interface SandboxUser {
  readonly accessToken: string;
  readonly unionId: string;
  readonly nick: string;
  readonly openId: string;
}

/**
 * What the stand-in accepts: one internal app, one third-party app, two organizations, two people, and one outside.
 *
 * None of it is secret: only the stand-in accepts it.
 */
export const sandboxCredentials = {
  appKey: 'sandbox-app-key',
  appSecret: 'sandbox-app-secret',
  corpId: 'ding1234xxxxx',
  suiteKey: 'sandbox-suite-key',
  suiteSecret: 'sandbox-suite-secret',
  suiteTicket: 'sandbox-suite-ticket',
  operatorUnionId: 'chyxxxxx',
  users: [
    {
      accessToken: 'sandbox-user-token-chy',
      unionId: 'chyxxxxx',
      nick: 'Chen Haoyu',
      openId: 'sandbox-open-id-chy',
    },
    {
      accessToken: 'sandbox-user-token-lin',
      unionId: 'linxxxxx',
      nick: 'Lin Xiaomei',
      openId: 'sandbox-open-id-lin',
    },
  ],
  /** Has signed in at DingTalk, and is in none of the organizations. */
  outsider: {
    accessToken: 'sandbox-user-token-wang',
    unionId: 'wangxxxxx',
    nick: 'Wang Wei',
    openId: 'sandbox-open-id-wang',
  },
} as const;

/** The organizations that authorised both apps; the first one owns the internal app. */
export const sandboxCorpIds: readonly string[] = [sandboxCredentials.corpId, 'ding5678xxxxx'];
