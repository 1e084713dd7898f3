import { TestBed } from '@angular/core/testing';
import { Connections } from './connections';
import type { Connection } from './model';
import { Program } from './program';
import { fakeProgram } from './program.fake';

const named = (name: string): Connection => ({
  ...{ name, url: 'postgres://db', kind: 'postgres', password: '' },
});

describe('Connections', () => {
  it('are kept by name, as they are saved, renamed, removed, and changed elsewhere', async () => {
    let saved = [named('b'), named('d')];
    const removed: string[] = [];
    TestBed.configureTestingModule({
      providers: [
        {
          provide: Program,
          useValue: fakeProgram({
            connections: () => Promise.resolve(saved),
            saveConnection: ({ name }) => Promise.resolve(named(name)),
            removeConnection: (name) => {
              removed.push(name);
              return Promise.resolve();
            },
          }),
        },
      ],
    });
    const connections = TestBed.inject(Connections);
    const names = () => connections.list().map((c) => c.name);
    const until = (list: string[]) =>
      vi.waitFor(() => {
        TestBed.tick();
        expect(names()).toEqual(list);
      });
    await until(['b', 'd']);
    await connections.save({ name: 'c', url: 'postgres://db' });
    expect(names()).toEqual(['b', 'c', 'd']);
    await connections.save({ name: 'a', url: 'postgres://db', was: 'd' });
    expect(names()).toEqual(['a', 'b', 'c']);
    await connections.remove('b');
    expect([names(), removed]).toEqual([['a', 'c'], ['b']]);
    expect([connections.get('c')?.name, connections.get('b')]).toEqual(['c', undefined]);
    saved = [named('z')];
    connections.reload();
    await until(['z']);
  });
});
