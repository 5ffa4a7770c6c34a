package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules for addresses and prefixes. */
final class Addresses {
    private record Special(Cidr prefix, String reason) {}

    private static final List<Special> NOT_FOR_HOSTS = List.of(
            new Special(Cidr.parse("0.0.0.0/8"), "is unspecified (0.0.0.0/8)"),
            new Special(Cidr.parse("127.0.0.0/8"), "is a loopback address"),
            new Special(Cidr.parse("169.254.0.0/16"), "is a link-local address"),
            new Special(Cidr.parse("224.0.0.0/4"), "is a multicast address"),
            new Special(Cidr.parse("255.255.255.255/32"), "is the broadcast address"),
            new Special(Cidr.parse("::/128"), "is the unspecified address"),
            new Special(Cidr.parse("::1/128"), "is the loopback address"),
            new Special(Cidr.parse("fe80::/10"), "is a link-local address"),
            new Special(Cidr.parse("ff00::/8"), "is a multicast address"));

    private Addresses() {}

    /** The addresses of a list, as {@link #host}; one that is written twice is told. */
    static List<Located<IpAddress>> hosts(List<@Nullable String> literals, Place place, String use, Findings findings) {
        List<Located<IpAddress>> good = new ArrayList<>();
        for (int i = 0; i < literals.size(); i++) {
            String literal = literals.get(i);
            Optional<Located<IpAddress>> host = host(literal, place.item(i), use, findings);
            if (host.isEmpty()) {
                continue;
            }
            Optional<Located<IpAddress>> same = good.stream()
                    .filter(g -> g.value().equals(host.get().value()))
                    .findFirst();
            if (same.isPresent()) {
                findings.mistake(
                        place.item(i),
                        literal,
                        "is already in " + same.get().place().shortPath(),
                        "leave one of them out");
            } else {
                good.add(host.get());
            }
        }
        return good;
    }

    /** A literal that can be the address of a host; empty if it is not, which is told. */
    static Optional<Located<IpAddress>> host(@Nullable String literal, Place place, String use, Findings findings) {
        if (literal == null) {
            findings.mistake(place, null, "is missing", "write an address such as 192.0.2.10 or 2001:db8::10");
            return Optional.empty();
        }
        IpAddress address;
        try {
            address = IpAddress.parse(literal);
        } catch (IllegalArgumentException e) {
            findings.mistake(
                    place,
                    literal,
                    "is not an IPv4 or IPv6 address",
                    "write one such as 192.0.2.10 or 2001:db8::10, no name, prefix, zone or IPv4-mapped form");
            return Optional.empty();
        }
        for (Special special : NOT_FOR_HOSTS) {
            if (special.prefix.contains(address)) {
                findings.mistake(place, literal, special.reason, use);
                return Optional.empty();
            }
        }
        return Optional.of(new Located<>(address, place));
    }

    /** {@code sourceRanges}: the good ones; told are the others, repetitions, and families that nothing admits. */
    static List<Cidr> sourceRanges(
            @Nullable List<@Nullable String> ranges, List<Located<IpAddress>> vips, Place place, Findings findings) {
        if (ranges == null) {
            return Defaults.SOURCE_RANGES;
        }
        List<Cidr> good = prefixes(ranges, place, findings);
        boolean anyBad = good.size() < ranges.stream().distinct().count();
        for (Family family : Family.values()) {
            boolean needed = vips.stream().anyMatch(v -> v.value().family() == family);
            if (needed && !anyBad && good.stream().noneMatch(r -> r.family() == family)) {
                boolean ipv4 = family == Family.IPV4;
                findings.warning(
                        place,
                        null,
                        "has no prefix of " + (ipv4 ? "IPv4" : "IPv6") + ", so that nobody can reach the balancer's "
                                + (ipv4 ? "IPv4" : "IPv6") + " address",
                        "add one, " + (ipv4 ? "0.0.0.0/0" : "::/0") + " for everybody");
            }
        }
        return good;
    }

    /** Prefixes: the good ones; told are the others and repetitions. */
    static List<Cidr> prefixes(List<@Nullable String> texts, Place place, Findings findings) {
        List<Cidr> good = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            prefix(texts.get(i), place.item(i), findings).ifPresent(prefix -> {
                if (good.contains(prefix.value())) {
                    findings.warning(prefix.place(), prefix.value(), "is there twice", "leave one of them out");
                } else {
                    good.add(prefix.value());
                }
            });
        }
        return good;
    }

    /** A prefix; empty if it is none, which is told. */
    static Optional<Located<Cidr>> prefix(@Nullable String text, Place place, Findings findings) {
        String written = text == null ? "" : text;
        try {
            return Optional.of(new Located<>(Cidr.parse(written), place));
        } catch (IllegalArgumentException e) {
            findings.mistake(
                    place,
                    written,
                    "is not a prefix (" + e.getMessage() + ")",
                    "write ADDRESS/LENGTH such as 192.0.2.0/24 or 2001:db8::/32");
            return Optional.empty();
        }
    }
}
