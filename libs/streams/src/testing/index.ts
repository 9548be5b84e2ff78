export { startRedisCluster } from './redis-cluster.ts'
export { type StartRedisOptions, type TestRedis, startRedis } from './redis-server.ts'
export { saveItems } from './save-items.ts'
export { type RedisFixture, type RedisKind, type UseRedisOptions, redisKinds, useRedis } from './use-redis.ts'
