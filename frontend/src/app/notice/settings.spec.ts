import { hintOf, named } from './settings';

describe('settings in hints', () => {
  it('names the control of each once', () => {
    expect(
      hintOf({ hint: 'map it, or leave it out', settings: [{ name: 'map' }, { name: 'map' }] }),
    ).toBe('Map it, or leave it out (under Mapping).');
    expect(named('raise the limit', [{ name: 'maxRejects' }])).toBe(
      'raise the limit (Stop after rejects, under Check)',
    );
  });

  it('leaves hints alone that are about none', () => {
    expect(hintOf({ hint: 'choose another name' })).toBe('Choose another name.');
    expect(hintOf({})).toBe('');
    expect(named('', [{ name: 'map' }])).toBe('');
  });
});
