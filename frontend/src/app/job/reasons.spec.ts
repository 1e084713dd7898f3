import { TestBed } from '@angular/core/testing';
import type { RejectCount } from '../backend/model';
import { Reasons } from './reasons';

function setUp(live: boolean) {
  const fixture = TestBed.createComponent(Reasons);
  const show = (counts: RejectCount[], rejected = 0) => {
    fixture.componentRef.setInput('live', live);
    fixture.componentRef.setInput('counts', counts);
    fixture.componentRef.setInput('rejected', rejected);
    fixture.detectChanges();
    const element = fixture.nativeElement as HTMLElement;
    return [...element.querySelectorAll('.label, .muted')].map((e) => e.textContent);
  };
  return { show };
}

const a = (count: number) => ({ code: 'not_a_number', column: 'price', count });
const b = (count: number) => ({ code: 'too_long', column: '', count });

describe('Reasons', () => {
  it('says that it counts where there are rejects whose reasons are not known yet', () => {
    const { show } = setUp(false);
    expect(show([], 15_839)).toEqual(['Counting …']);
    expect(show([], 0)).toEqual(['None']);
  });

  it('leaves each reason in its place while more may come', () => {
    const { show } = setUp(true);
    expect(show([a(2), b(1)])).toEqual(['not a number in price', 'too long']);
    expect(show([b(9), a(3)])).toEqual(['not a number in price', 'too long']);
  });

  it('puts the most frequent first in the end', () => {
    const { show } = setUp(false);
    show([a(2), b(1)]);
    expect(show([b(9), a(3)])).toEqual(['too long', 'not a number in price']);
  });
});
