package dev.hashlb.operator.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.operator.model.Installation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in which the chart says who may have which addresses: a list of {@code {namespaces: [..], cidrs: [..]}}. Read anew when
 * it changes; while it cannot be read, what it said before holds. Without a file nobody may have any.
 */
final class InstallationFile {
    private static final Logger log = LoggerFactory.getLogger(InstallationFile.class);

    private record Entry(
            @JsonProperty("namespaces") @Nullable List<String> namespaces,
            @JsonProperty("cidrs") @Nullable List<String> cidrs) {}

    /** What a look at the file gave: its text, or why it cannot be read. */
    private record Look(String text, String problem) {}

    private final Path file;
    private Look last = new Look("", "");
    private Installation current = Installation.NOTHING_ALLOWED;

    InstallationFile(Path file) {
        this.file = file;
        if (!Files.exists(file)) {
            log.warn("{} is not there: no namespace may have any address until it is", file);
        }
    }

    /** What holds now. */
    synchronized Installation current() {
        hasChanged();
        return current;
    }

    /** Looks at the file: whether it says something else than at the last look. */
    synchronized boolean hasChanged() {
        Look now = look();
        if (now.equals(last)) {
            return false;
        }
        last = now;
        if (now.problem.isEmpty()) {
            adopt(now.text);
        } else {
            keep(now.problem);
        }
        return true;
    }

    private void adopt(String text) {
        try {
            current = parse(text);
            log.info("allowed addresses: {}", current.allowed());
        } catch (IllegalArgumentException e) {
            keep(e.getMessage());
        }
    }

    private void keep(@Nullable String problem) {
        log.error("{} cannot be read, what was allowed before holds: {}", file, problem);
    }

    private Look look() {
        try {
            return new Look(Files.exists(file) ? Files.readString(file) : "", "");
        } catch (IOException | UncheckedIOException e) {
            return new Look("", e.toString());
        }
    }

    /** @throws IllegalArgumentException saying which entry is wrong */
    static Installation parse(String yaml) {
        if (yaml.isBlank()) {
            return Installation.NOTHING_ALLOWED;
        }
        List<Entry> entries = List.of(Serialization.unmarshal(yaml, Entry[].class));
        List<Installation.Allowed> allowed = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.namespaces() == null || entry.cidrs() == null) {
                throw new IllegalArgumentException("entry " + i + " needs namespaces and cidrs, both lists");
            }
            allowed.add(new Installation.Allowed(
                    entry.namespaces(), entry.cidrs().stream().map(Cidr::parse).toList()));
        }
        return new Installation(allowed, List.of());
    }
}
