/** Every text of the page, in English and Chinese. `{}` is a number. */
export type Language = 'en' | 'zh';
type Pair = readonly [en: string, zh: string];

const labels = {
  title: ['Group files', '群文件'],
  otherLanguage: ['中文', 'English'],
  group: ['Group id (openConversationId)', '群 ID（openConversationId）'],
  open: ['Open', '打开'],
  path: ['Path', '路径'],
  root: ['All files', '全部文件'],
  files: ['Files and folders', '文件和文件夹'],
  name: ['Name', '名称'],
  size: ['Size', '大小'],
  modified: ['Modified', '修改时间'],
  created: ['Created', '创建时间'],
  version: ['Version', '版本'],
  readOnly: ['Read-only', '只读'],
  yes: ['Yes', '是'],
  no: ['No', '否'],
  refresh: ['Refresh', '刷新'],
  loading: ['Loading…', '加载中…'],
  empty: ['This folder is empty.', '此文件夹为空。'],
  rows: ['Rows: {}', '共 {} 项'],
  rowsSoFar: ['Rows so far: {}', '已加载 {} 项'],
  loadMore: ['Load more', '加载更多'],
  startedOver: ['The list was too old to go on: it starts over.', '列表已过期，已从头加载。'],
  details: ['Details', '详细信息'],
  close: ['Close', '关闭'],
  preview: ['Preview', '预览'],
  openPreview: ['Open the preview in a new tab', '在新标签页中打开预览'],
  signIn: ['Sign in with DingTalk', '使用钉钉登录'],
  signingIn: ['Signing in…', '正在登录…'],
  signOut: ['Sign out', '退出登录'],
  tryAgain: ['Try again', '重试'],
  tryAgainIn: ['Try again in {} s', '{} 秒后可重试'],
  keys: [
    'Keys: ↑ ↓ Home End choose a row, Enter opens it, Backspace goes up, Esc closes the details.',
    '按键：↑ ↓ Home End 选择，Enter 打开，Backspace 返回上一级，Esc 关闭详细信息。',
  ],
} satisfies Readonly<Record<string, Pair>>;

export type Label = keyof typeof labels;

/** One title for each `extensions.code` of the gateway. */
export const titles: Readonly<Record<string, Pair>> = {
  BAD_USER_INPUT: ['This id is not valid', 'ID 不正确'],
  FORBIDDEN: ['You may not read this', '没有访问权限'],
  CROSS_ORGANIZATION_FORBIDDEN: ['This belongs to another organization', '此内容属于其他组织'],
  CONVERSATION_NOT_FOUND: ['There is no such group', '群不存在'],
  SPACE_NOT_FOUND: ['There is no such space', '空间不存在'],
  DENTRY_NOT_FOUND: ['This file or folder is gone', '文件或文件夹不存在'],
  NOT_FOUND: ['Not found', '未找到'],
  DENTRY_NOT_SUPPORTED: ['There is no preview of this file', '此文件不支持预览'],
  DENTRY_BLOCKED: ['This file is blocked: it is not safe', '此文件不安全，已被拦截'],
  DENTRY_ARCHIVED: ['This file is being restored', '文件正在从归档中恢复'],
  UPSTREAM_UNAVAILABLE: ['DingTalk is not available', '钉钉暂时不可用'],
  UPSTREAM_TIMEOUT: ['DingTalk did not answer in time', '钉钉响应超时'],
  RATE_LIMITED: ['Too many requests', '请求过于频繁'],
  QUOTA_EXHAUSTED: ["This month's calls are spent", '本月调用额度已用完'],
  GATEWAY_MISCONFIGURED: ['DingTalk refuses the gateway', '网关配置有误'],
  UPSTREAM_MALFORMED_RESPONSE: ['DingTalk gave an unknown answer', '钉钉返回了无法识别的数据'],
  UNAUTHENTICATED: ['Sign in first', '请先登录'],
  LOOKUP_LIMIT_EXCEEDED: ['This was too much at once', '单次请求过多'],
  QUERY_TOO_COMPLEX: ['This was too much at once', '单次请求过多'],
  PERSISTED_DOCUMENT_NOT_FOUND: ['This page is newer or older than its server', '页面与服务端版本不一致'],
  PERSISTED_DOCUMENT_REQUIRED: ['The server does not know this question', '服务端不接受这个请求'],
  ERRORS_OMITTED: ['Much of this failed', '大量内容加载失败'],
  GATEWAY_OVERLOADED: ['The gateway is busy', '网关繁忙'],
  INTERNAL_SERVER_ERROR: ['The gateway failed', '网关内部错误'],
  NO_GATEWAY: ['The gateway does not answer', '网关无响应'],
};

const unknown: Pair = ['This did not work', '操作失败'];

const inLanguage = ([en, zh]: Pair, language: Language): string => (language === 'zh' ? zh : en);

export const textOf = (label: Label, language: Language, number?: number): string =>
  inLanguage(labels[label], language).replace('{}', String(number));

/** For a code of a newer gateway as well. */
export const titleOf = (code: string, language: Language): string =>
  inLanguage(titles[code] ?? unknown, language);
