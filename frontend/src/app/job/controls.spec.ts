import { TestBed } from '@angular/core/testing';
import type { Job, Plan } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Run } from '../backend/run';
import { Controls } from './controls';

function setUp(state: string, plan: Partial<Plan> = {}, answers: Partial<Program> = {}) {
  const calls: string[] = [];
  const call = (what: string) => (id: string) => {
    calls.push(`${what} ${id}`);
    return Promise.resolve();
  };
  TestBed.configureTestingModule({
    providers: [
      {
        provide: Program,
        useValue: fakeProgram({
          pause: call('pause'),
          resume: call('resume'),
          cancel: call('cancel'),
          ...answers,
        }),
      },
    ],
  });
  const job: Job = {
    ...{ id: 'a', state, created: '' },
    request: {
      ...{ file: '/a.csv', target: '/a.db', dialect: {}, limits: {} },
      plan: { table: 'articles', ...plan },
    },
  };
  const fixture = TestBed.createComponent(Controls);
  fixture.componentRef.setInput('run', new Run(job));
  const page = fixture.nativeElement as HTMLElement;
  const button = (name: string) => page.querySelector<HTMLButtonElement>(`[data-testid=${name}]`);
  const click = async (name: string) => {
    button(name)?.click();
    await fixture.whenStable();
  };
  return { fixture, page, calls, button, click };
}

describe('Controls', () => {
  it('asks once before it cancels, with what will be kept', async () => {
    const { fixture, page, calls, button, click } = setUp('running');
    await fixture.whenStable();
    await click('cancel');
    expect(calls).toEqual([]);
    expect(page.textContent).toContain('Committed rows stay in articles');
    expect(document.activeElement).not.toBe(button('cancel-confirm'));
    await click('cancel-keep');
    expect(calls).toEqual([]);
    expect(button('cancel-confirm')).toBeNull();
    await click('cancel');
    await click('cancel-confirm');
    expect(calls).toEqual(['cancel a']);
  });

  it('says that nothing is kept of an import that is all or nothing', async () => {
    const { fixture, page, click } = setUp('running', { atomic: true });
    await fixture.whenStable();
    await click('cancel');
    expect(page.textContent).toContain('no row will be kept');
  });

  it('pauses what runs, and lets go on what is paused', async () => {
    const running = setUp('running');
    await running.fixture.whenStable();
    await running.click('pause');
    expect(running.calls).toEqual(['pause a']);
    TestBed.resetTestingModule();
    const paused = setUp('paused');
    await paused.fixture.whenStable();
    expect(paused.button('pause')).toBeNull();
    await paused.click('resume');
    expect(paused.calls).toEqual(['resume a']);
  });

  it('can’t pause what has not begun', async () => {
    const { fixture, button, click, calls } = setUp('queued');
    await fixture.whenStable();
    expect(button('pause')?.getAttribute('aria-disabled')).toBe('true');
    await click('pause');
    expect(calls).toEqual([]);
  });

  it('says what went wrong', async () => {
    const { fixture, page, click } = setUp(
      'running',
      {},
      { pause: () => Promise.reject(new Error('the job has ended')) },
    );
    await fixture.whenStable();
    await click('pause');
    await vi.waitFor(() => {
      fixture.detectChanges();
      expect(page.querySelector('[role=alert]')?.textContent).toBe('the job has ended');
    });
  });
});
