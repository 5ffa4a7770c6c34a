package dev.hashlb.operator.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A node's name in a certificate: {@code spiffe://hashlb.dev/node/NAME}, its only subject alternative name. */
final class NodeName {
    private static final String PREFIX = "spiffe://hashlb.dev/node/";

    /** RFC 5280's GeneralName uniformResourceIdentifier. */
    private static final int URI = 6;

    /** What Kubernetes takes as a node's name: an RFC 1123 subdomain. */
    private static final Pattern VALID =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final int MAX_LENGTH = 253;

    private NodeName() {}

    static boolean isValid(String name) {
        return name.length() <= MAX_LENGTH && VALID.matcher(name).matches();
    }

    /** @throws IllegalArgumentException if it is not a node's name */
    static String toUri(String node) {
        if (!isValid(node)) {
            throw new IllegalArgumentException("\"" + node + "\" is not a node's name");
        }
        return PREFIX + node;
    }

    /** The node of a certificate that names one node and nothing else. */
    static Optional<String> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null || names.size() != 1) {
                return Optional.empty();
            }
            List<?> name = names.iterator().next();
            return Integer.valueOf(URI).equals(name.get(0))
                            && name.get(1) instanceof String uri
                            && uri.startsWith(PREFIX)
                    ? Optional.of(uri.substring(PREFIX.length())).filter(NodeName::isValid)
                    : Optional.empty();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }
}
