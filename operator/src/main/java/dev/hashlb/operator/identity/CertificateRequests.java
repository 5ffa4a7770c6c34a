package dev.hashlb.operator.identity;

import dev.hashlb.operator.push.CertificateIssuer.RefusedRequestException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Takes the public key out of a PKCS#10 request (RFC 2986) that a stranger sent. */
final class CertificateRequests {
    static final int MAX_BYTES = 4096;

    private CertificateRequests() {}

    /**
     * The request's key, if the sender has proved that the private one is its own.
     *
     * @throws RefusedRequestException if the bytes are not a signed request for an EC P-256 key
     */
    static PublicKey publicKey(byte[] der) throws RefusedRequestException {
        if (der.length == 0 || der.length > MAX_BYTES) {
            throw new RefusedRequestException(
                    "the request has " + der.length + " bytes, expected 1 to " + MAX_BYTES + ": PKCS#10 in DER");
        }
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
            AlgorithmIdentifier algorithm = request.getSubjectPublicKeyInfo().getAlgorithm();
            ASN1ObjectIdentifier curve = algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                            && algorithm.getParameters() instanceof ASN1ObjectIdentifier named
                    ? named
                    : null;
            if (!SECObjectIdentifiers.secp256r1.equals(curve)
                    || !X9ObjectIdentifiers.ecdsa_with_SHA256.equals(
                            request.getSignatureAlgorithm().getAlgorithm())) {
                throw new RefusedRequestException(
                        "the request's key is not on the curve P-256 or its signature not ECDSA with SHA-256");
            }
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new RefusedRequestException("the request is not signed with its own key");
            }
            return key;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                // BouncyCastle's many ways to say that a structure is not what it should be.
                | RuntimeException e) {
            throw new RefusedRequestException("the request is not PKCS#10 in DER");
        }
    }
}
