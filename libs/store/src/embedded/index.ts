export { placeOf } from './place.ts'
export { type Server, type ServerOptions, startServer } from './server.ts'
