package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.NamespacedName;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules for names: those of Kubernetes (RFC 1123 labels and subdomains), so that a file can move there unchanged. */
final class Names {
    private static final String LABEL_TEXT = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final Pattern LABEL = Pattern.compile(LABEL_TEXT);
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL_TEXT + "(\\." + LABEL_TEXT + ")*");
    private static final int LONGEST_SUBDOMAIN = 253;
    private static final String UNNAMED = "";

    private Names() {}

    /** The balancer that a document's metadata names; parts that are wrong are told and come out as empty or default. */
    static NamespacedName balancer(@Nullable Metadata metadata, Place document, Findings findings) {
        Place place = document.field("metadata");
        if (metadata == null) {
            findings.mistake(place, null, "is missing", "write metadata: {name: NAME, namespace: NAMESPACE}");
            return new NamespacedName(Defaults.NAMESPACE, UNNAMED);
        }
        String name = subdomain(metadata.name(), place.field("name"), findings);
        String namespace = metadata.namespace() == null
                ? Defaults.NAMESPACE
                : label(metadata.namespace(), place.field("namespace"), findings);
        return new NamespacedName(namespace, name);
    }

    static boolean isUnnamed(NamespacedName name) {
        return name.name().isEmpty() || name.namespace().isEmpty();
    }

    /** A required name with dots, as of balancers, servers and nodes; empty if it is wrong. */
    static String subdomain(@Nullable String value, Place place, Findings findings) {
        if (value == null) {
            findings.mistake(place, null, "is missing", "give it a name");
            return UNNAMED;
        }
        if (value.length() > LONGEST_SUBDOMAIN || !SUBDOMAIN.matcher(value).matches()) {
            findings.mistake(
                    place,
                    value,
                    "is not a DNS-1123 name",
                    "use at most " + LONGEST_SUBDOMAIN
                            + " of a-z, 0-9, '-' and '.', starting and ending with a letter or digit");
            return UNNAMED;
        }
        return value;
    }

    /** A name without dots, as of namespaces and ports; empty if it is wrong. */
    static String label(String value, Place place, Findings findings) {
        if (!LABEL.matcher(value).matches()) {
            findings.mistake(
                    place,
                    value,
                    "is not a DNS-1123 label",
                    "use at most 63 of a-z, 0-9 and '-', starting and ending with a letter or digit");
            return UNNAMED;
        }
        return value;
    }
}
