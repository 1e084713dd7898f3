import { TestBed } from '@angular/core/testing';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { NoticeLine } from './notice-line';

describe('NoticeLine', () => {
  it('says what happened until that is dismissed', async () => {
    const dismissed: number[] = [];
    const program = fakeProgram({
      notices: () =>
        Promise.resolve([
          { id: 3, time: '', code: 'store_set_aside', message: 'it was damaged', hint: 'look' },
        ]),
      dismissNotice: (id) => {
        dismissed.push(id);
        return Promise.resolve();
      },
    });
    TestBed.configureTestingModule({ providers: [{ provide: Program, useValue: program }] });
    const fixture = TestBed.createComponent(NoticeLine);
    await fixture.whenStable();
    const line = fixture.nativeElement as HTMLElement;
    expect(line.querySelector('p')?.textContent.trim()).toBe('It was damaged. Look.');
    line.querySelector('button')?.click();
    await fixture.whenStable();
    expect(line.querySelector('p')).toBeNull();
    expect(dismissed).toEqual([3]);
  });
});
