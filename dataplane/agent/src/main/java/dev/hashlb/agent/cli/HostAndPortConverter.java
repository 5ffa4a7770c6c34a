package dev.hashlb.agent.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code hashlb-operator.hashlb.svc:9443}, {@code 10.0.0.1:9443} or {@code [fd00::1]:9443}. */
final class HostAndPortConverter implements ITypeConverter<HostAndPortConverter.HostAndPort> {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");
    private static final int GREATEST_PORT = 65_535;

    /** @param host a name or an address without brackets */
    record HostAndPort(String host, int port) {}

    @Override
    public HostAndPort convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (parts.matches()) {
            int port = Integer.parseInt(parts.group(3));
            if (port >= 1 && port <= GREATEST_PORT) {
                return new HostAndPort(parts.group(1) == null ? parts.group(2) : parts.group(1), port);
            }
        }
        throw new TypeConversionException(
                "'" + text + "' is not HOST:PORT, for example hashlb-operator.hashlb.svc:9443");
    }
}
