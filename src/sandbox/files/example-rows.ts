import type { Dentry } from './dentry.ts';

/** The space of the group `cid9FTRQSLo+sKxxxx`. */
export const exampleSpaceId = '798xxxxx';

/** What one row of the example says; a row without a size is a folder. */
export type ExampleRow = Pick<Dentry, 'id' | 'parentId' | 'name'> & Partial<Dentry>;

/** Two levels of folders. */
export const exampleFolders: readonly ExampleRow[] = [
  { id: '1001', parentId: '0', name: '合同 Contracts' },
  { id: '1002', parentId: '0', name: 'Photos 照片' },
  { id: '1003', parentId: '1001', name: '2022' },
];

const stage = { name: 'stage', value: 'draft', visibility: 'PUBLIC' };
const owner = { name: 'owner', value: 'legal', visibility: 'PRIVATE' };
const shortTime = '2022-07-29T14:55Z';
const shortTimeS = Date.UTC(2022, 6, 29, 14, 55) / 1000;
const javaTime = 'Fri Mar 06 16:33:28 CST 2026';
const javaTimeS = Date.UTC(2026, 2, 6, 8, 33, 28) / 1000;

/** A file of every category, and one for every oddity. */
export const exampleFiles: readonly ExampleRow[] = [
  {
    id: '2001',
    parentId: '0',
    name: '项目计划 Project plan.docx',
    size: 24_576,
    version: 2,
    wire: { appProperties: { 'app-1001': [stage], 'app-1002': [owner] } },
  },
  {
    id: '2002',
    parentId: '1002',
    name: '团队合影 Team photo.png',
    size: 2_359_296,
    createdS: shortTimeS,
    modifiedS: shortTimeS,
    trait: 'success-with-code',
    wire: { createTime: shortTime, modifiedTime: shortTime },
  },
  {
    id: '2003',
    parentId: '1002',
    name: '发布会 Launch.mp4',
    size: 3_221_225_472,
    createdS: javaTimeS,
    modifiedS: javaTimeS,
    wire: { createTime: javaTime, modifiedTime: javaTime },
  },
  {
    id: '2004',
    parentId: '0',
    name: '会议录音 Meeting.m4a',
    size: 7_340_032,
    wire: { storageDriver: 'SHANJI' },
  },
  { id: '2005', parentId: '1003', name: '备份 Backup.zip', size: 9_007_199_254_740_993n },
  {
    id: '2006',
    parentId: '0',
    name: '官网 Website.url',
    size: 128,
    wire: { properties: { readOnly: true } },
  },
  { id: '2007', parentId: '0', name: '需求文档 Requirements.adoc', size: 0 },
  { id: '2008', parentId: '1003', name: '账目 Ledger.xlsx', size: 40_960, trait: 'archived' },
  { id: '2009', parentId: '1001', name: 'Setup 安装.exe', size: 524_288, trait: 'viral' },
  {
    id: '2010',
    parentId: '1003',
    name: '扫描件 Scan.pdf',
    size: 1_048_576,
    version: 3,
    trait: 'late-thumbnail',
    wire: { appProperties: [stage] },
  },
  { id: '2011', parentId: '0', name: 'readme.txt', size: 512, wire: { type: 'file', path: './readme.txt' } },
  {
    id: '2012',
    parentId: '1001',
    name: '模型 Model.glb',
    size: 65_536,
    wire: { status: 'FROZEN', category: 'MODEL_3D', partitionType: 'MINI_OSS_PARTITION' },
  },
];
