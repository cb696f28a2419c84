/** The accounts that every black-box test starts with. Token values are made for these tests alone. */
const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`

export const TOKENS = {
  ana: token('anaWrite'), anaRead: token('anaRead'), bo: token('boWrite'), member: token('memberWrite'), admin: token('adminWrite'),
} as const

export const BOOTSTRAP = {
  users: [
    { name: 'ana', fullname: 'Ana Owner', email: 'ana@example.org', tokens: [
      { name: 'write', value: TOKENS.ana, role: 'write' }, { name: 'read', value: TOKENS.anaRead, role: 'read' },
    ] },
    { name: 'bo', fullname: 'Bo Stranger', email: 'bo@example.org', tokens: [{ name: 'write', value: TOKENS.bo, role: 'write' }] },
    { name: 'mem', fullname: 'Mem Member', email: 'mem@example.org', tokens: [{ name: 'write', value: TOKENS.member, role: 'write' }] },
    { name: 'root-admin', fullname: 'Hub Admin', email: 'admin@example.org', admin: true, tokens: [{ name: 'write', value: TOKENS.admin, role: 'write' }] },
  ],
  orgs: [
    { name: 'team', fullname: 'The Team', members: [{ user: 'ana', role: 'admin' }, { user: 'mem', role: 'read' }] },
    { name: 'openai-community', fullname: 'Well-known models', members: [{ user: 'root-admin', role: 'admin' }] },
  ],
  aliases: [{ type: 'model', from: 'gpt2', to: 'openai-community/gpt2' }],
} as const
