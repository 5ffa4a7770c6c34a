package dev.hashlb.core.packet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A packet of packets.txt with what the parser must say about it. */
final class PacketFixture {
    private final String name;
    private final String expected;
    private final byte[] bytes;

    private PacketFixture(String name, String expected, byte[] bytes) {
        this.name = name;
        this.expected = expected;
        this.bytes = bytes;
    }

    String name() {
        return name;
    }

    String expected() {
        return expected;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    static List<PacketFixture> all() {
        List<PacketFixture> fixtures = new ArrayList<>();
        for (String block : text().split("\n\n", -1)) {
            if (block.startsWith("== ")) {
                fixtures.add(of(block.split("\n", -1)));
            }
        }
        return fixtures;
    }

    static List<PacketFixture> accepted() {
        return all().stream().filter(PacketFixture::isAccepted).toList();
    }

    static PacketFixture named(String name) {
        return all().stream().filter(f -> f.name.equals(name)).findFirst().orElseThrow();
    }

    boolean isAccepted() {
        return !expected.equals(expected.toLowerCase(Locale.ROOT));
    }

    /** Native memory of exactly the packet's size, so that a read past its end throws. */
    MemorySegment copy(Arena arena) {
        return arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    /** Parses a copy of it. */
    Packet parsed(Arena arena) {
        Packet packet = new Packet();
        DropReason reason = PacketParser.parse(copy(arena), 0, bytes.length, packet);
        if (reason != null) {
            throw new AssertionError(name + ": " + reason);
        }
        return packet;
    }

    @Override
    public String toString() {
        return name;
    }

    private static PacketFixture of(String[] lines) {
        StringBuilder hex = new StringBuilder();
        for (int i = 2; i < lines.length; i++) {
            hex.append(lines[i].split("  ", 2)[0].replace(" ", ""));
        }
        return new PacketFixture(
                lines[0].substring(3), lines[1].substring(3), HexFormat.of().parseHex(hex));
    }

    private static String text() {
        try (InputStream in = PacketFixture.class.getResourceAsStream("packets.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
