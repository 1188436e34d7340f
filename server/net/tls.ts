import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';

/** The name by which TLS peers know the protocol [IMPP 3]. */
export const ALPN = 'impp';

/** What a listener needs to speak TLS: one context for all its connections. */
export interface TlsOffer {
  /** Wraps the server side of a connection; the handshake starts with what arrives next. */
  wrap(raw: Duplex): tls.TLSSocket;
}

/** Reads certificate and key; undefined: none configured. @throws invalid-argument */
export const loadTls = async (config: Config): Promise<TlsOffer | undefined> => {
  const { cert, key, minimum } = config.tls;
  if (cert === undefined || key === undefined) return undefined;
  let secureContext: tls.SecureContext;
  try {
    const [certText, keyText] = await Promise.all([readFile(cert), readFile(key)]);
    secureContext = tls.createSecureContext({
      cert: certText,
      key: keyText,
      // 1.2 with extended master secret is what OpenSSL negotiates with any peer that knows it.
      minVersion: minimum === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
      honorCipherOrder: true,
    });
  } catch (cause) {
    throw new ImppError('invalid-argument', `the certificate ${cert} with the key ${key} cannot be used`, {
      cause,
    });
  }
  const ALPNProtocols = [ALPN];
  return {
    wrap(raw) {
      const options: tls.TLSSocketOptions & { allowHalfOpen: boolean } = {
        isServer: true,
        secureContext,
        ALPNProtocols,
        allowHalfOpen: true,
      };
      return new tls.TLSSocket(raw, options);
    },
  };
};

/**
 * The `tls-exporter` binding of a connection [RFC 9266]; undefined where it is not safe: before 1.3 it is only
 * unique with the extended master secret, and Node does not tell whether that was negotiated.
 */
export const exporterOf = (socket: Duplex): Uint8Array | undefined => {
  if (!(socket instanceof tls.TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return undefined;
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
};
