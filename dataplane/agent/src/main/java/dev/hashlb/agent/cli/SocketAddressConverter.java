package dev.hashlb.agent.cli;

import dev.hashlb.core.address.IpAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 127.0.0.1:9471} or {@code [::1]:9471}; never looks up a name. */
final class SocketAddressConverter implements ITypeConverter<InetSocketAddress> {
    private static final Pattern IPV4_OR_BRACKETED = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+)):(\\d{1,5})");
    private static final int GREATEST_PORT = 65_535;

    @Override
    public InetSocketAddress convert(String text) {
        Matcher parts = IPV4_OR_BRACKETED.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > GREATEST_PORT) {
            throw refused(text);
        }
        try {
            String address = parts.group(1) == null ? parts.group(2) : parts.group(1);
            return new InetSocketAddress(IpAddress.parse(address).toInetAddress(), Integer.parseInt(parts.group(3)));
        } catch (IllegalArgumentException e) {
            throw refused(text);
        }
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("'" + text + "' is not IP:PORT, for example 127.0.0.1:9471 or [::1]:9471");
    }
}
