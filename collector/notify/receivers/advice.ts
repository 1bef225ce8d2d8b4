/** What a person does about a receiver that cannot be told. */

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'check its token or password in the routing file',
  403: 'check its token or password, and what it may do there',
  404: 'check the address: the webhook or topic does not exist, or was deleted',
  410: 'check the address: the webhook was deleted',
  413: 'set max_alerts, or group by more labels',
  429: 'it takes no more for now; notifications wait and are tried again',
};

/** @param status of an answer that is no success */
export function adviceForStatus(status: number): string {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status < 400) return 'redirects are not followed: put the new address into the routing file';
  return status >= 500
    ? 'the receiver itself fails: see its log'
    : 'the address answers, but not as this kind of receiver: check kind, address, channel and key';
}

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check host and port, and that it runs',
  ENOTFOUND: 'the name is not known: check its spelling and the DNS',
  EAI_AGAIN: 'the DNS does not answer: check /etc/resolv.conf',
  ENOENT: 'check the path of the program or file',
  EACCES: 'let the user of the collector read or run it',
  EDNS: 'the name is not known: check its spelling and the DNS',
  EAUTH: 'check auth_username and auth_password',
  ETLS: 'the mail server offers no TLS: set require_tls: false if that is intended',
  ESOCKET: 'check host and port of smarthost, and that it runs',
  EENVELOPE: 'the mail server does not take this sender or recipient: check from and to',
};

/** @param cause of a connection that failed */
export function adviceForCause(cause: unknown): string {
  const { code: given = '', name = '' } = (cause ?? {}) as {
    /** A number in a DOMException, such as that of a timeout. */
    readonly code?: string | number;
    readonly name?: string;
  };
  const code = String(given);
  const known = BY_CODE[code];
  if (known) return known;
  if (
    code.includes('CERT') ||
    code.includes('SELF_SIGNED') ||
    code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
  ) {
    return 'its certificate is not trusted: start the collector with NODE_EXTRA_CA_CERTS';
  }
  if (name === 'TimeoutError' || code.includes('TIMEDOUT') || code.includes('UNREACH')) {
    return 'it does not answer in time: see whether it hangs, or a firewall is in between';
  }
  return 'check the address in the routing file';
}
