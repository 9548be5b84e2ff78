export { ageAudit } from './age-audit.ts'
export { fillHistory, filledSession, itemsInSession, plansOf } from './fill-history.ts'
export { type StartPostgresOptions, type TestPostgres, startPostgres } from './postgres-server.ts'
export { type PostgresFixture, usePostgres } from './use-postgres.ts'
