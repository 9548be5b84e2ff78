export { type Device, chooseDevice } from './choose-device.ts'
