import { TestBed } from '@angular/core/testing';
import { PasswordField } from './password-field';

describe('PasswordField', () => {
  it('hides what is in it, shows it when asked to, and gives it away once', () => {
    const fixture = TestBed.createComponent(PasswordField);
    fixture.componentRef.setInput('inputId', 'password');
    fixture.detectChanges();
    const page = fixture.nativeElement as HTMLElement;
    const field = page.querySelector('input') ?? new HTMLInputElement();
    const eye = () => page.querySelector('button');
    expect([field.type, eye()]).toEqual(['password', null]);
    field.value = 'secret';
    field.dispatchEvent(new Event('input'));
    fixture.detectChanges();
    eye()?.click();
    fixture.detectChanges();
    expect([field.type, eye()?.getAttribute('aria-pressed')]).toEqual(['text', 'true']);
    expect(fixture.componentInstance.take()).toBe('secret');
    fixture.detectChanges();
    expect([field.value, field.type, fixture.componentInstance.filled()]).toEqual([
      ...['', 'password', false],
    ]);
  });
});
