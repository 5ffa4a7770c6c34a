package dev.hashlb.e2e.suite;

import dev.hashlb.core.address.IpAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as both ends of a test use it, and addresses in one spelling. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    static String sha256(byte[] bytes, int offset, int length) {
        MessageDigest digest = sha256();
        digest.update(bytes, offset, length);
        return hex(digest.digest());
    }

    /** A socket's address in canonical text. */
    static String address(SocketAddress socketAddress) {
        return IpAddress.of(((InetSocketAddress) socketAddress).getAddress().getAddress())
                .toString();
    }
}
