import { modes, unsafe } from './tls';

describe('unsafe', () => {
  it('warns of what was lowered for another machine', () => {
    const lowered = modes.map((m) => m.value).filter((tls) => unsafe({ tls, hosts: 'db.example' }));
    expect(lowered).toEqual(['ca', 'require', 'prefer', 'off']);
  });

  it.each(['', 'localhost', 'LOCALHOST:5432', '127.0.0.1', '[::1]:5432', '::1', '/run/postgresql'])(
    'warns of nothing at %s',
    (hosts) => {
      expect(unsafe({ tls: 'off', hosts })).toBe('');
    },
  );

  it.each(['localhost,db.example', '127.example.com', 'db:5432', '[2001:db8::1]:5432'])(
    'warns at %s',
    (hosts) => {
      expect(unsafe({ tls: 'off', hosts })).not.toBe('');
    },
  );
});
