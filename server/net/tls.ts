import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';

/** The name by which TLS peers know the protocol [IMPP 3]. */
export const ALPN = 'impp';

/** By which an authority that checks names is known [RFC 8737]. */
export const ACME_ALPN = 'acme-tls/1';

/** What such an authority is answered with. */
export interface Validations {
  /** By the first octets of its handshake; undefined: whoever it is, it is not one, or for a name that nobody asked for. */
  contextFor(hello: Uint8Array): tls.SecureContext | undefined;
}

/** What a listener needs to speak TLS: one context for all its connections, until the files are read again. */
export interface TlsOffer {
  /** When the certificate ends; milliseconds since 1970. */
  readonly end: number;
  /** Wraps the server side of a connection; the handshake starts with `first`, if that has come, or with what does next. */
  wrap(raw: Duplex, first?: Uint8Array): tls.TLSSocket;
  /** Reads the files again, for connections from now on. @throws invalid-argument: nothing has changed then */
  read(): Promise<void>;
}

/** Reads certificate and key; undefined: none configured. @throws invalid-argument */
export const loadTls = async (config: Config, validations?: Validations): Promise<TlsOffer | undefined> => {
  const { cert, key } = config.tls;
  if (cert === undefined || key === undefined) return undefined;
  let present = await readContext({ ...config.tls, cert, key });
  const ALPNProtocols = [ALPN];
  return {
    get end() {
      return present.end;
    },
    async read() {
      present = await readContext({ ...config.tls, cert, key });
    },
    wrap(raw, first) {
      const validation = first && validations?.contextFor(first);
      if (validation !== undefined) {
        const shown = { isServer: true, secureContext: validation, ALPNProtocols: [ACME_ALPN] };
        const socket = new tls.TLSSocket(raw, shown);
        // It has seen what it came for.
        return socket.once('secure', () => socket.end());
      }
      const options: tls.TLSSocketOptions & { allowHalfOpen: boolean } = {
        isServer: true,
        secureContext: present.context,
        // Of domains, for EXTERNAL [IMPP 12]; whoever has none, or a bad one, is served all the same.
        requestCert: true,
        rejectUnauthorized: false,
        ALPNProtocols,
        allowHalfOpen: true,
      };
      return new tls.TLSSocket(raw, options);
    },
  };
};

type Files = Config['tls'] & { readonly cert: string; readonly key: string };

const readContext = async (files: Files): Promise<{ context: tls.SecureContext; end: number }> => {
  const { cert, key, ca, crl, minimum } = files;
  try {
    const [certText = '', keyText = '', caText, crlText] = await Promise.all(
      [cert, key, ca, crl].map(async (path) => path && (await readFile(path))),
    );
    const context = tls.createSecureContext({
      cert: certText,
      key: keyText,
      // Instead of the public authorities, which issue nothing for use by clients, and whose names would go out
      // with every handshake. The certificates of users' clients do not matter.
      ca: caText,
      ...(crlText ? { crl: crlText } : {}),
      // Without it OpenSSL refuses to resume a session in which a certificate was asked for.
      sessionIdContext: ALPN,
      // 1.2 with extended master secret is what OpenSSL negotiates with any peer that knows it.
      minVersion: minimum === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
      honorCipherOrder: true,
    });
    return { context, end: new X509Certificate(certText).validToDate.getTime() };
  } catch (cause) {
    throw new ImppError(
      'invalid-argument',
      `the certificate ${cert} with the key ${key} cannot be used, or tls.ca or tls.crl`,
      {
        cause,
      },
    );
  }
};

/**
 * The `tls-exporter` binding of a connection [RFC 9266]; undefined where it is not safe: before 1.3 it is only
 * unique with the extended master secret, and Node does not tell whether that was negotiated.
 */
export const exporterOf = (socket: Duplex): Uint8Array | undefined => {
  if (!(socket instanceof tls.TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return undefined;
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
};

/** Node checks the certificate of a client in any case, but says so on sockets of a `tls.Server` only. */
type Verified = tls.TLSSocket & { readonly _handle?: { verifyError?(): unknown } | null };

/** What the certificate of a peer says, a client: nothing, or whether it is good for `host` by name, chain, dates and purpose. */
export const certificateOf = (socket: Duplex, host: string): 'none' | 'refused' | 'valid' => {
  if (!(socket instanceof tls.TLSSocket)) return 'none';
  const handle = (socket as Verified)._handle;
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return 'none';
  if (handle?.verifyError === undefined || handle.verifyError() !== null) return 'refused';
  return tls.checkServerIdentity(host, certificate) === undefined ? 'valid' : 'refused';
};
