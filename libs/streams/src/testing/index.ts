export { type TestRedis, startRedis } from './redis-server.ts'
