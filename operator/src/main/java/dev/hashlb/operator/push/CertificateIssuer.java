package dev.hashlb.operator.push;

import java.util.List;

/** Signs data planes' certificates. Safe for any thread. */
public interface CertificateIssuer {
    /**
     * Signs a certificate for a node, with the request's public key and nothing else of it.
     *
     * @param pkcs10 hostile: any bytes of up to 1 MiB
     * @return the chain, X.509 in DER, the node's certificate first
     * @throws RefusedRequestException if the bytes are not a request that may be signed
     */
    List<byte[]> issue(String node, byte[] pkcs10) throws RefusedRequestException;

    /** The request cannot be signed; the message tells the caller why. */
    final class RefusedRequestException extends Exception {
        public RefusedRequestException(String message) {
            super(message);
        }
    }
}
