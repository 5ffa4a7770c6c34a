package dev.hashlb.agent.control;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.HexFormat;

/**
 * A PKCS#10 request (RFC 2986) in DER: an empty subject, the public key, no attributes. The operator uses nothing but the key, so
 * these few bytes stand in for a library of several megabytes in each data plane.
 */
final class CertificateRequestBytes {
    private static final int SEQUENCE = 0x30;
    private static final int BIT_STRING = 0x03;
    private static final int ATTRIBUTES = 0xa0; // [0] IMPLICIT SET OF
    private static final byte[] VERSION_1 = HexFormat.of().parseHex("020100");
    /** SEQUENCE { OBJECT IDENTIFIER ecdsa-with-SHA256, 1.2.840.10045.4.3.2 }, RFC 5758. */
    private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");

    private CertificateRequestBytes() {}

    /** @param keys of an elliptic curve */
    static byte[] of(KeyPair keys) throws GeneralSecurityException {
        byte[] subjectPublicKeyInfo = keys.getPublic().getEncoded();
        byte[] info = value(SEQUENCE, VERSION_1, value(SEQUENCE), subjectPublicKeyInfo, value(ATTRIBUTES));
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(info);
        byte[] noUnusedBits = {0};
        return value(SEQUENCE, info, ECDSA_WITH_SHA256, value(BIT_STRING, noUnusedBits, signer.sign()));
    }

    private static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        int length = content.size();
        if (length >= 0x100) {
            all.write(0x82);
            all.write(length >>> 8);
        } else if (length >= 0x80) {
            all.write(0x81);
        }
        all.write(length);
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
