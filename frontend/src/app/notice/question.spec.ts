import { TestBed } from '@angular/core/testing';
import { Shortcuts } from '../keys/shortcuts';
import { Question } from './question';

describe('Question', () => {
  it('is answered by Escape, which does nothing else then', async () => {
    const done: string[] = [];
    TestBed.inject(Shortcuts).claim([
      { label: 'close the help', key: 'Escape', run: () => done.push('behind') },
    ]);
    const fixture = TestBed.createComponent(Question);
    fixture.componentRef.setInput('text', 'Close?');
    fixture.componentInstance.escaped.subscribe(() => done.push('question'));
    const host = fixture.nativeElement as HTMLElement;
    document.body.append(host);
    await fixture.whenStable();
    const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
    host.querySelector('p')?.dispatchEvent(escape);
    expect(done).toEqual(['question']);
  });
});
