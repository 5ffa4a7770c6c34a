package dev.hashlb.e2e.oracle;

import java.math.BigInteger;

/** A flow towards a VIP; addresses as the unsigned integers that their bytes form in network byte order. */
public record OracleFlow(BigInteger source, int sourcePort, BigInteger destination, int destinationPort, int protocol) {
    /** Of addresses as 4 or 16 bytes. */
    public static OracleFlow of(byte[] source, int sourcePort, byte[] destination, int destinationPort, int protocol) {
        return new OracleFlow(
                new BigInteger(1, source), sourcePort, new BigInteger(1, destination), destinationPort, protocol);
    }
}
