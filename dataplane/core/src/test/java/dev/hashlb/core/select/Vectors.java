package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The test vectors that the reference in docs/calculation.md generated: rows by their headings. */
public final class Vectors {
    private Vectors() {}

    public static List<Map<String, String>> read(String name) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(Vectors.class.getResourceAsStream("/vectors/" + name), name + " is missing")) {
            List<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            String[] headings = lines.getFirst().split(",", -1);
            List<Map<String, String>> rows = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",", -1);
                if (cells.length != headings.length) {
                    throw new IOException(name + ": '" + line + "' has not " + headings.length + " cells");
                }
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < cells.length; i++) {
                    row.put(headings[i], cells[i]);
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** The flow of a row; the column of its service's address has this heading. */
    public static Flow flow(Map<String, String> row, String serviceHeading) {
        IpAddress source = IpAddress.parse(row.get("source"));
        IpAddress service = IpAddress.parse(row.get(serviceHeading));
        int sourcePort = Integer.parseInt(row.get("sourcePort"));
        int port = Integer.parseInt(row.get("port"));
        int protocol = Protocol.valueOf(row.get("protocol")).number();
        Flow flow = source.family() == Family.IPV4
                ? new Flow().setIpv4(source.low(), sourcePort, service.low(), port, protocol)
                : new Flow()
                        .setIpv6(
                                source.high(), source.low(), sourcePort, service.high(), service.low(), port, protocol);
        return row.get("fragment").equals("true") ? flow.asFragment() : flow;
    }
}
