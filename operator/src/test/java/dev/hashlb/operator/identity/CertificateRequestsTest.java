package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.operator.push.CertificateIssuer.RefusedRequestException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Random;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

class CertificateRequestsTest {
    static byte[] request(KeyPair named, KeyPair signer, String algorithm) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=anything"), named.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
                .getEncoded();
    }

    @Test
    void takesTheKeyOfAnEcRequest() throws Exception {
        KeyPair pair = Authority.newKey();
        assertThat(CertificateRequests.publicKey(request(pair, pair, "SHA256withECDSA")))
                .isEqualTo(pair.getPublic());
    }

    @Test
    void refusesWhatTheSenderDoesNotOwnAndOtherKinds() throws Exception {
        KeyPair pair = Authority.newKey();
        byte[] foreign = request(pair, Authority.newKey(), "SHA256withECDSA");
        assertThatThrownBy(() -> CertificateRequests.publicKey(foreign))
                .isInstanceOf(RefusedRequestException.class)
                .hasMessageContaining("not signed with its own key");
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        byte[] other = request(rsa, rsa, "SHA256withRSA");
        assertThatThrownBy(() -> CertificateRequests.publicKey(other))
                .isInstanceOf(RefusedRequestException.class)
                .hasMessageContaining("P-256");
        assertThatThrownBy(() -> CertificateRequests.publicKey(new byte[5000]))
                .isInstanceOf(RefusedRequestException.class)
                .hasMessageContaining("5000 bytes");
    }

    @Test
    void brokenBytesAreRefusedAndNothingElse() throws Exception {
        KeyPair pair = Authority.newKey();
        byte[] good = request(pair, pair, "SHA256withECDSA");
        long seed = 20260102;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                CertificateRequests.publicKey(bytes);
            } catch (RefusedRequestException e) {
                assertThat(e).hasMessageContaining("request");
            }
        }
        for (int length = 0; length < good.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            assertThatThrownBy(() -> CertificateRequests.publicKey(cut)).isInstanceOf(RefusedRequestException.class);
        }
    }
}
