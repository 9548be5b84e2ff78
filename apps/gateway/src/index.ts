export { runGateway } from './gateway.ts'
