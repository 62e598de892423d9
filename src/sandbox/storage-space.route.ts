import type { AccessRules } from './access-rules.ts';
import { admitAppCall } from './admit-app-call.ts';
import type { AdmissionDeps } from './admit-app-call.ts';
import { errorAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { SandboxCall } from './sandbox-call.ts';
import { storageSpaceAnswer } from './storage-spaces.ts';

/** What the storage API stands on. */
export interface StorageSpaceDeps extends AdmissionDeps {
  readonly rules: AccessRules;
}

/** `GET /v1.0/storage/spaces/{spaceId}?unionId=`: a space by its own id. */
export function answerStorageSpace(call: SandboxCall, deps: StorageSpaceDeps): Answer {
  const admission = admitAppCall(call, deps);
  if ('refusal' in admission) {
    return admission.refusal;
  }
  // Readable: the route has matched, so the server has unescaped it once already.
  const spaceId = decodeURIComponent(call.path.split('/').at(-1) ?? '');
  if (spaceId === '') {
    return errorAnswer('paramError');
  }
  if (deps.rules.isDenied(admission.unionId, spaceId)) {
    return errorAnswer('permissionDenied');
  }
  return storageSpaceAnswer(spaceId, admission.grant.corpId);
}
