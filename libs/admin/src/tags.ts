/** The parts of the API, in their order. */
export const tags = {
  Caller: 'Who asks.',
  Tenants: 'Whom the installation serves. Only platform admins make, suspend and delete them.',
  Keys: 'API keys of a tenant. A key is shown once, when it is made; only a hash of it is kept.',
  Quotas:
    'What a tenant may have, in place of the installation’s own limits. A change holds at once, in open sessions too.',
  Settings: 'What a tenant has set for its sessions, its webhooks and its keys for language providers.',
  'Live sessions': 'Sessions that are open now, on whichever gateway.',
  History:
    'What was said in sessions, as far as it is kept. Each reading of it is written to the audit log, without what was read.',
  Usage: 'What a tenant used, by day, model and modality.',
  Chores: 'Work that nobody waits for: retention, deletions and webhooks.',
  Lanes: 'Where jobs wait for workers, and the dead letters of jobs that were given up.',
  Audit: 'What admins did, and who was not let in.',
} as const
export type TagName = keyof typeof tags
