import { TestBed } from '@angular/core/testing';
import { PathBar } from './path-bar';

function setUp(value: string) {
  const fixture = TestBed.createComponent(PathBar);
  fixture.componentRef.setInput('label', 'Path');
  fixture.componentRef.setInput('value', value);
  let reloads = 0;
  fixture.componentInstance.reload.subscribe(() => reloads++);
  fixture.detectChanges();
  const button = (fixture.nativeElement as HTMLElement).querySelector('button');
  const press = () => {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'F5', cancelable: true }));
  };
  return { button, press, reloads: () => reloads };
}

describe('PathBar', () => {
  it('reloads what its path names, by the button and the key', () => {
    const { button, press, reloads } = setUp('/data/a.csv');
    button?.click();
    press();
    expect(reloads()).toBe(2);
  });

  it('has nothing to reload without a path', () => {
    const { button, press, reloads } = setUp('');
    expect(button).toBeNull();
    press();
    expect(reloads()).toBe(0);
  });
});
