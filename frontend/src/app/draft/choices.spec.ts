import { signal } from '@angular/core';
import { Choices } from './choices';

describe('Choices', () => {
  it('overrides a decision about the dialect, and has it detected again', () => {
    const choices = new Choices(() => 'a');
    choices.setDialect({ delimiter: ';' });
    choices.setDialect({ headerRows: 0 });
    expect(choices.dialect()).toEqual({ delimiter: ';', headerRows: 0 });
    choices.setDialect({ delimiter: undefined });
    expect(choices.dialect()).toEqual({ headerRows: 0 });
  });

  it('forgets everything with the next import, even of the same file', () => {
    const choices = new Choices(() => 'a');
    const chosen = () => [
      ...[choices.dialect(), choices.kind(), choices.targets(), choices.table(), choices.preset()],
      ...[choices.columns(), choices.rules(), choices.ignoresOrigin(), choices.onlyAdded()],
      ...[choices.mapping(), choices.formats(), choices.leftOut(), choices.pattern()],
      ...[choices.looked(), choices.mixed(), choices.atOnce()],
    ];
    choices.open(['/data/a.csv', '/data/b.csv']);
    const nothing = chosen();
    choices.setDialect({ delimiter: ';' });
    choices.setTarget('/data/all.db');
    choices.setPreset('articles');
    choices.setTable('mine');
    choices.edit('sku', { name: 'id' });
    choices.setRules({ atomic: true });
    choices.ignoreOrigin();
    choices.setOnlyAdded(true);
    choices.map('sku', 'id');
    choices.setFormat('day', 'DD.MM.YYYY');
    choices.look('/data/b.csv');
    choices.leave('/data/a.csv', true);
    choices.setPattern('in_{name}');
    choices.setMixed(true);
    choices.setAtOnce(4);
    chosen().forEach((choice, i) => {
      expect(choice).not.toEqual(nothing[i]);
    });
    choices.open(['/data/a.csv', '/data/b.csv']);
    expect(chosen()).toEqual(nothing);
  });

  it('forgets mapping and formats, and nothing else, with the table that they are for', () => {
    const table = signal('a');
    const choices = new Choices(table);
    choices.map('sku', 'id');
    choices.setFormat('day', 'DD.MM.YYYY');
    choices.edit('sku', { name: 'id' });
    expect([choices.mapping(), choices.formats()]).toEqual([{ sku: 'id' }, { day: 'DD.MM.YYYY' }]);
    table.set('b');
    expect([choices.mapping(), choices.formats()]).toEqual([{}, {}]);
    expect(choices.columns()).toEqual({ sku: { name: 'id' } });
  });
});
