package dev.hashlb.agent.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says: the version in the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"hashlb " + software(), "Java " + Runtime.version()};
    }

    /** The version in the jar's manifest. */
    static String software() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }
}
