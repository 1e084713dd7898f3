import { TestBed } from '@angular/core/testing';
import type { ConnectionReport } from '../backend/model';
import { Steps } from './steps';

function says(report: ConnectionReport) {
  const fixture = TestBed.createComponent(Steps);
  fixture.componentRef.setInput('report', report);
  fixture.detectChanges();
  const page = fixture.nativeElement as HTMLElement;
  const text = (e: Element | null) => e?.textContent.replace(/\s+/g, ' ').trim() ?? '';
  return {
    result: [...page.querySelectorAll('[data-testid=test-result] span')].map(text),
    steps: [...page.querySelectorAll('[data-testid=test-step]')].map(text),
  };
}

describe('Steps', () => {
  it('says of each step what was found, and what to do', () => {
    const steps = [
      { name: 'host', state: 'ok', message: 'db is known', params: { hosts: 'db' } },
      { name: 'login', state: 'failed', message: 'the password is wrong', hint: 'check it' },
      { name: 'table', state: 'skipped', message: '' },
    ];
    expect(says({ ok: false, steps })).toEqual({
      result: ['It does not work yet', ''],
      steps: [
        'Server: ok db is known.',
        'Login: failed The password is wrong. Check it.',
        'Table: skipped Not tested.',
      ],
    });
  });

  it('says what it reached, and warns', () => {
    const place = {
      ...{ kind: 'postgres', product: 'PostgreSQL 15.18', server: 'db:5432', database: 'shop' },
      marks: true,
    };
    const step = (state: string) => [{ name: 'rights', state, message: 'look' }];
    expect(says({ ok: true, steps: step('ok'), place }).result).toEqual([
      'It works',
      'PostgreSQL 15.18, shop on db:5432',
    ]);
    expect(says({ ok: true, steps: step('warning') }).result).toEqual([
      'It works, with a warning',
      '',
    ]);
  });

  it('is outdated once what was tested has changed', () => {
    const fixture = TestBed.createComponent(Steps);
    fixture.componentRef.setInput('report', { ok: true, steps: [] });
    fixture.componentRef.setInput('outdated', true);
    fixture.detectChanges();
    const page = fixture.nativeElement as HTMLElement;
    expect(page.querySelector('[role=status]')?.textContent).toContain('changed since: test again');
  });
});
