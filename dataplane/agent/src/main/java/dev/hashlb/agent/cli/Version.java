package dev.hashlb.agent.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says: the version in the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"hashlb " + (version == null ? "(not from a jar)" : version), "Java " + Runtime.version()};
    }
}
