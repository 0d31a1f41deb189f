import { t } from '../../i18n';

/** An address as it is kept: without what people add by habit, a space or a closing slash. */
export function tidyAddress(address: string): string {
  return address.trim().replace(/\/+$/, '');
}

/** Why Grafana could not use an address for the collector, or null. */
export function addressProblem(address: string): string | null {
  const tidy = tidyAddress(address);
  if (tidy === '') {
    return t('configuration.no-address', 'Say where the collector listens, for example http://collector:4318');
  }
  if (!URL.canParse(tidy) || !/^https?:\/\//i.test(tidy)) {
    return t('configuration.bad-address', 'This is not an address: it must begin with http:// or https://');
  }
  const { search, hash, username, password } = new URL(tidy);
  if (username !== '' || password !== '') {
    return t('configuration.secret-in-address', 'Everybody may read the address: keep names and passwords out of it');
  }
  return search === '' && hash === ''
    ? null
    : t('configuration.address-query', 'The address must end before any "?" or "#"');
}
