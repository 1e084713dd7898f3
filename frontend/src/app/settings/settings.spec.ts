import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Desktop } from '../backend/desktop';
import type { Build, Going, Setting } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Live } from '../backend/live';
import { fakeRuntime } from '../backend/runtime.fake';
import { Settings } from './settings';

const usage = {
  ...{ path: '/home/linefeed.db', size: 24_300_000, received: 0, jobs: 14, rejects: 1204 },
  damaged: [],
};

const build: Build = {
  ...{ version: '1.2.3', commit: '', date: '', changed: false },
  ...{ go: 'go1.26', platform: 'linux/amd64', sqlite: '3.50', updates: 'Look at the releases.' },
};

async function setUp(going: Going = { jobs: 0, rejects: 0, bytes: 0 }) {
  fakeRuntime();
  const did: string[] = [];
  let settings: Setting[] = [
    { name: 'imports-at-once', value: '2', default: '2', message: 'how many' },
    { name: 'keep-rejects', value: '30d', default: '90d', message: 'how long' },
    { name: 'language', value: 'de', default: '', message: 'which' },
    { name: 'keep-size', value: '1GB', default: '1GB', message: 'how much' },
  ];
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Desktop, useValue: {} },
      { provide: Live, useValue: { listen: () => () => undefined } },
      {
        provide: Program,
        useValue: fakeProgram({
          settings: () => Promise.resolve(settings),
          usage: () => Promise.resolve(usage),
          build: () => Promise.resolve(build),
          going: () => Promise.resolve(going),
          goingOlder: () => Promise.resolve({ jobs: 3, rejects: 900, bytes: 2_000_000 }),
          tidy: () => {
            did.push('tidied');
            return Promise.resolve();
          },
          setSetting: (name, value) => {
            if (value.startsWith('x')) {
              return Promise.reject(new Error(`${name} can't be "${value}": give a number`));
            }
            did.push(`${name} ${value}`);
            settings = settings.map((s) => (s.name === name ? { ...s, value } : s));
            return Promise.resolve({
              ...{ name, value, default: '90d', message: 'how long' },
            });
          },
          forgetOlder: (age) => {
            did.push(`forgot ${age}`);
            return Promise.resolve({ jobs: 3, freed: 1_900_000 });
          },
        }),
      },
    ],
  });
  const fixture = TestBed.createComponent(Settings);
  const page = fixture.nativeElement as HTMLElement;
  const until = (check: () => void) =>
    vi.waitFor(() => {
      fixture.detectChanges();
      check();
    });
  const row = (name: string) => page.querySelector(`[data-name=${name}]`);
  const part = (name: string, within: Element | null = page) =>
    within?.querySelector<HTMLElement>(`[data-testid=${name}]`);
  const type = (name: string, text: string) => {
    const field = part('setting-number', row(name)) as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('change'));
  };
  await until(() => {
    expect(row('keep-rejects')).not.toBeNull();
    expect(part('store-size')?.textContent).toBe('24.3 MB');
  });
  return { did, page, part, row, type, until };
}

describe('Settings', () => {
  it('says which version it is, and where to look for a newer one', async () => {
    const { part, until } = await setUp();
    await until(() => {
      expect(part('version')?.textContent.trim()).toBe('Linefeed 1.2.3');
      expect(part('version')?.nextElementSibling?.textContent).toBe('Look at the releases.');
    });
  });

  it('changes a setting at once where nothing is forgotten', async () => {
    const { did, part, row, type, until } = await setUp();
    type('keep-rejects', '45');
    await until(() => {
      expect(part('setting-says', row('keep-rejects'))?.textContent).toBe('Saved');
    });
    part('setting-default', row('keep-rejects'))?.click();
    await until(() => {
      expect(did).toEqual(['keep-rejects 45d', 'keep-rejects 90d']);
      expect(part('setting-default', row('keep-rejects'))).toBeNull();
    });
  });

  it('asks before something is forgotten, and waits until it is', async () => {
    const { did, part, row, type, until } = await setUp({ jobs: 0, rejects: 1204, bytes: 2e6 });
    const number = () => (part('setting-number', row('keep-rejects')) as HTMLInputElement).value;
    type('keep-rejects', '1');
    await until(() => {
      expect(part('setting-question')?.textContent).toMatch(
        /With 1 day, this is forgotten now: 1,204 rejected records, about 2.00 MB/,
      );
    });
    part('setting-keep')?.click();
    await until(() => {
      expect(part('setting-question')).toBeNull();
      expect([number(), did.length]).toEqual(['30', 0]);
    });
    type('keep-rejects', '1');
    await until(() => {
      expect(part('setting-forget')).not.toBeNull();
    });
    part('setting-forget')?.click();
    await until(() => {
      expect(part('setting-says')?.textContent).toBe('Saved, and forgotten');
    });
    expect(did).toEqual(['keep-rejects 1d', 'tidied']);
  });

  it('shows a text whole, and what it is by default', async () => {
    const { did, part, row, type, until } = await setUp();
    const field = part('setting-number', row('language')) as HTMLInputElement;
    expect(field.value).toBe('de');
    expect(part('setting-default', row('language'))?.textContent.trim()).toBe('Back to none');
    type('language', 'fr');
    await until(() => {
      expect(did).toEqual(['language fr']);
    });
  });

  it('says why a value is refused, and shows the one that holds', async () => {
    const { part, row, type, until } = await setUp();
    type('keep-size', 'x');
    await until(() => {
      expect(part('setting-error')?.textContent).toContain('can\'t be "xGB": give a number');
      expect((part('setting-number', row('keep-size')) as HTMLInputElement).value).toBe('1');
    });
  });

  it('forgets old imports once that is confirmed', async () => {
    const { did, part, until } = await setUp();
    await until(() => {
      expect(part('forget-goes')?.textContent).toBe(
        '3 imports with 900 rejected records, about 2.00 MB',
      );
    });
    part('forget-old')?.click();
    await until(() => {
      expect(part('forget-question')?.textContent).toContain('Forget 3 imports');
    });
    expect(did).toEqual([]);
    part('forget-confirm')?.click();
    await until(() => {
      expect(part('space-done')?.textContent).toBe('3 imports forgotten, 1.90 MB freed.');
    });
    expect(did).toEqual(['forgot 30d']);
  });
});
