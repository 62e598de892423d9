import type { ErrorRow } from '../error-row.ts';

/** The errors that only the file operations document, with the status that most of them give it. */
export const fileErrors = [
  { code: 'paramError.spaceId', status: 400, message: '参数错误：空间 ID 不合法' },
  { code: 'paramError.dentryId', status: 400, message: '参数错误：文件 ID 不合法' },
  { code: 'paramError.dentryIds', status: 400, message: '参数错误：文件 ID 列表不合法' },
  { code: 'paramError.openType', status: 400, message: '参数错误：打开方式不合法' },
  { code: 'dentryNotExist', status: 404, message: '文件或文件夹不存在' },
  { code: 'dentryFormatNotSupport', status: 400, message: '不支持的文件格式' },
  { code: 'thumbnailNotExist', status: 403, message: '缩略图不存在' },
  { code: 'fileViral', status: 400, message: '文件包含病毒' },
  { code: 'fileMalicious', status: 400, message: '文件包含恶意内容' },
  { code: 'operationNotSupported', status: 400, message: '不支持该操作' },
  { code: 'dentryDownloadProtocolNotSupport', status: 400, message: '不支持的下载协议' },
  { code: 'fileArchived', status: 400, message: '文件已归档，正在解冻，请稍后重试' },
  { code: 'dentryPreviewNotSupport', status: 400, message: '文件不支持预览' },
  { code: 'dentryEditNotSupport', status: 400, message: '文件不支持编辑' },
  { code: 'dentryExtensionNotSupport', status: 400, message: '不支持的文件后缀' },
] as const satisfies readonly ErrorRow[];

/** The errors that only the conversion of a chatId documents, misspelt as DingTalk does. */
export const chatErrors = [
  { code: 'invalideChatId', status: 400, message: '无效的会话ID' },
  { code: 'permession.checkFailed', status: 400, message: '群主不在应用的可见范围内' },
] as const satisfies readonly ErrorRow[];
