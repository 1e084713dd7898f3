import { TestBed } from '@angular/core/testing';
import type { Job, Plan, TakingBack } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Run } from '../backend/run';
import { Controls } from './controls';

const noWay = { possible: false, message: 'the rows can’t be taken back', messageId: 'not' };

function setUp(
  state: string,
  plan: Partial<Plan> = {},
  answers: Partial<Program> = {},
  back: TakingBack = noWay,
) {
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
          first: call('first'),
          cancel: (id, rows) => call('cancel')(`${id} ${rows}`),
          takingBack: () => Promise.resolve(back),
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
    expect(page.textContent).toContain('committed stays in articles');
    expect(document.activeElement).not.toBe(button('cancel-confirm'));
    await click('cancel-keep');
    expect(calls).toEqual([]);
    expect(button('cancel-confirm')).toBeNull();
    await click('cancel');
    await click('cancel-confirm');
    expect(calls).toEqual(['cancel a keep']);
  });

  it('says why the rows can’t be taken back', async () => {
    const { fixture, page, calls, button, click } = setUp('running');
    await fixture.whenStable();
    await click('cancel');
    await fixture.whenStable();
    expect(button('cancel-take-back')?.getAttribute('aria-disabled')).toBe('true');
    expect(page.textContent).toContain('The rows can’t be taken back.');
    await click('cancel-take-back');
    expect(calls).toEqual([]);
  });

  it('takes the rows back where that is possible, and says what it costs', async () => {
    const back = { possible: true, message: 'it is undone', messageId: 'takes_back_undo' };
    const { fixture, page, calls, click } = setUp('running', {}, {}, back);
    await fixture.whenStable();
    await click('cancel');
    await fixture.whenStable();
    expect(page.textContent).toContain('It is undone. That can take as long as loading them did');
    await click('cancel-take-back');
    expect(calls).toEqual(['cancel a take-back']);
  });

  it('says that nothing is kept of an import that is all or nothing', async () => {
    const back = { possible: true, message: 'none is kept', messageId: 'takes_back_atomic' };
    const { fixture, page, button, click } = setUp('running', { atomic: true }, {}, back);
    await fixture.whenStable();
    await click('cancel');
    await fixture.whenStable();
    expect(page.textContent).toContain('no row will be kept');
    expect(button('cancel-take-back')).toBeNull();
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

  it('moves what waits to the front, and can’t pause it', async () => {
    const { fixture, page, button, click, calls } = setUp('queued');
    await fixture.whenStable();
    expect(button('pause')).toBeNull();
    await click('first');
    expect(calls).toEqual(['first a']);
    await vi.waitFor(() => {
      fixture.detectChanges();
      expect(page.querySelector('[role=status]')?.textContent).toBe('It is the next to begin.');
    });
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
