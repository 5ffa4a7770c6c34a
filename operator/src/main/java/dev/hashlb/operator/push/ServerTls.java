package dev.hashlb.operator.push;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** What the server shows and whom it trusts. Both managers follow rotations: a handshake sees what is right at that time. */
public interface ServerTls {
    X509ExtendedKeyManager keyManager();

    X509ExtendedTrustManager trustManager();

    /** The node that a client certificate, whose chain the trust manager has checked, is for. */
    Optional<String> nodeOf(X509Certificate certificate);
}
