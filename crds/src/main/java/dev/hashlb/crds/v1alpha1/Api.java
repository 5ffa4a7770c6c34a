package dev.hashlb.crds.v1alpha1;

/** What the API is called. */
public final class Api {
    public static final String GROUP = "hashlb.dev";
    public static final String VERSION = "v1alpha1";

    private Api() {}
}
