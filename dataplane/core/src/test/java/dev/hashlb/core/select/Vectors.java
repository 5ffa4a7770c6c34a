package dev.hashlb.core.select;

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
}
