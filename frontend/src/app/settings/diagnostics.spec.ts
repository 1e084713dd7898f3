import { TestBed } from '@angular/core/testing';
import { Desktop } from '../backend/desktop';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Diagnostics } from './diagnostics';

async function clicked(diagnostics: () => Promise<string>) {
  const copied: string[] = [];
  const copy = (text: string) => {
    copied.push(text);
    return Promise.resolve();
  };
  TestBed.configureTestingModule({
    providers: [
      { provide: Desktop, useValue: { copy } },
      { provide: Program, useValue: fakeProgram({ diagnostics }) },
    ],
  });
  const fixture = TestBed.createComponent(Diagnostics);
  await fixture.whenStable();
  const element = fixture.nativeElement as HTMLElement;
  element.querySelector('button')?.click();
  await fixture.whenStable();
  return { element, copied };
}

describe('Diagnostics', () => {
  it('copies what to send, and shows it to be read', async () => {
    const { element, copied } = await clicked(() => Promise.resolve('linefeed 1.2.3\n'));
    expect(copied).toEqual(['linefeed 1.2.3\n']);
    expect(element.querySelector('pre')?.textContent).toBe('linefeed 1.2.3\n');
    expect(element.querySelector('[role=status]')?.textContent).toContain('Read it before');
  });

  it('says why there are none', async () => {
    const { element, copied } = await clicked(() => Promise.reject(new Error('no store')));
    expect(copied).toEqual([]);
    expect(element.querySelector('[role=alert]')?.textContent).toContain('No store');
    expect(element.querySelector('pre')).toBeNull();
  });
});
