import { describe, expect, it } from 'vitest'
import { fliteText } from './flite-text.ts'

describe('Text for flite', () => {
  it('loses its accents and keeps its letters', () => {
    expect(fliteText('Café Zürich, Straße, Ærø')).toBe('Cafe Zurich, Strasse, aero')
  })

  it('has plain quotes and dashes', () => {
    expect(fliteText('It’s “up” – ok…')).toBe('It\'s "up"  -  ok...')
  })

  it('says what currencies and degrees are', () => {
    expect(fliteText('€5.50 or £3 at 20°')).toBe('5.50 euros or 3 pounds at 20 degrees')
  })

  it('is empty where nothing of it can be read', () => {
    expect(fliteText('日本語 😀!')).toBe('')
  })
})
