import type { ConnectionForm } from '../backend/model';

/** How a connection is protected, from the safest. */
export const modes: readonly {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
}[] = [
  { value: '', label: 'Verified', note: 'the usual; not needed on this machine' },
  { value: 'verify', label: 'Always verified', note: 'certificate and name' },
  { value: 'ca', label: 'Certificate verified', note: 'its name is not looked at' },
  { value: 'require', label: 'Encrypted, not verified' },
  { value: 'prefer', label: 'Encrypted if the server can, not verified' },
  { value: 'off', label: 'Off' },
];

/** What is unsafe about a connection; "" for nothing. */
export function unsafe({ tls, hosts }: Pick<ConnectionForm, 'tls' | 'hosts'>): string {
  if (hosts.split(',').every(isLocal)) {
    return '';
  }
  switch (tls) {
    case 'ca':
      return 'Any server with a certificate of this authority is taken for yours.';
    case 'require':
      return 'What is sent is encrypted, but nobody knows for whom: another server could take the place of yours, and read the password and every row.';
    case 'prefer':
      return 'What is sent may not be encrypted: whoever is in between can read the password and every row, and change them.';
    case 'off':
      return 'Nothing is encrypted: whoever is in between can read the password and every row, and change them.';
    default:
      return '';
  }
}

/** Whether what is sent to a host stays on this machine. */
function isLocal(host: string): boolean {
  const name = host
    .trim()
    .replace(/^\[(.*)\](:\d*)?$/, '$1')
    .replace(/^([^:]*):\d*$/, '$1')
    .toLowerCase();
  return (
    name === '' ||
    name === 'localhost' ||
    name === '::1' ||
    name.startsWith('/') ||
    /^127(\.\d+){3}$/.test(name)
  );
}
