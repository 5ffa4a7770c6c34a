package dev.hashlb.core.declare;

/**
 * A place in a document.
 *
 * @param document the document's index, from 0
 * @param label what messages call the document, for example {@code balancer shop/web}
 * @param path the field, for example {@code spec.ports[1].targetPort}; empty for the document itself
 */
public record Place(int document, String label, String path) {
    private static final String SPEC = "spec.";

    public static Place of(int document, String label) {
        return new Place(document, label, "");
    }

    public Place field(String name) {
        return new Place(document, label, path.isEmpty() ? name : path + "." + name);
    }

    public Place item(int index) {
        return new Place(document, label, path + "[" + index + "]");
    }

    /** The field as messages write it: without the leading {@code spec.}, which says nothing. */
    public String shortPath() {
        return path.startsWith(SPEC) ? path.substring(SPEC.length()) : path;
    }

    /** Whether the other place is this one or lies within it. */
    public boolean contains(Place other) {
        if (document != other.document || !other.path.startsWith(path)) {
            return false;
        }
        if (path.isEmpty() || other.path.length() == path.length()) {
            return true;
        }
        char next = other.path.charAt(path.length());
        return next == '.' || next == '[';
    }
}
