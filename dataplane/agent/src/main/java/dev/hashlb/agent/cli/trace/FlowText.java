package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Protocol;
import java.util.Locale;
import java.util.StringTokenizer;

/** Reads flows: {@code TCP 192.0.2.7:40000 198.51.100.10:80} or {@code UDP [2001:db8::7]:40000 [2001:db8:51::10]:53}. */
final class FlowText {
    private static final String EXAMPLE = "TCP 192.0.2.7:40000 198.51.100.10:80";
    private static final int GREATEST_PORT = 65535;

    private record End(IpAddress address, int port) {}

    private FlowText() {}

    /** @throws IllegalArgumentException saying what is wrong with the text, and what is expected */
    static void parse(String text, Flow out) {
        StringTokenizer words = new StringTokenizer(text);
        if (words.countTokens() != 3) {
            throw new IllegalArgumentException(
                    words.countTokens() + " words, expected PROTOCOL SOURCE:PORT DESTINATION:PORT, such as " + EXAMPLE);
        }
        Protocol protocol = protocol(words.nextToken());
        End source = end(words.nextToken());
        End destination = end(words.nextToken());
        if (source.address.family() != destination.address.family()) {
            throw new IllegalArgumentException(
                    "source and destination are of different families; write both as IPv4 or as IPv6");
        }
        if (source.address.family() == Family.IPV4) {
            out.setIpv4(
                    source.address.low(), source.port, destination.address.low(), destination.port, protocol.number());
        } else {
            out.setIpv6(
                    source.address.high(),
                    source.address.low(),
                    source.port,
                    destination.address.high(),
                    destination.address.low(),
                    destination.port,
                    protocol.number());
        }
    }

    private static Protocol protocol(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "TCP" -> Protocol.TCP;
            case "UDP" -> Protocol.UDP;
            default -> throw new IllegalArgumentException("protocol '" + word + "' is not known; write TCP or UDP");
        };
    }

    private static End end(String word) {
        int colon = word.lastIndexOf(':');
        boolean bracketed = word.startsWith("[") && colon > 0 && word.charAt(colon - 1) == ']';
        if (colon < 0 || (!bracketed && word.indexOf(':') != colon)) {
            throw new IllegalArgumentException(
                    "'" + word + "' is not ADDRESS:PORT; write 192.0.2.7:40000 or [2001:db8::7]:40000");
        }
        IpAddress address = IpAddress.parse(bracketed ? word.substring(1, colon - 1) : word.substring(0, colon));
        if (bracketed != (address.family() == Family.IPV6)) {
            throw new IllegalArgumentException("'" + word + "': brackets belong around IPv6 addresses only");
        }
        return new End(address, port(word.substring(colon + 1)));
    }

    private static int port(String digits) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = number ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > GREATEST_PORT) {
            throw new IllegalArgumentException(
                    "'" + digits + "' is not a port; write a number from 1 to " + GREATEST_PORT);
        }
        return port;
    }
}
