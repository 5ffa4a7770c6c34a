package dev.hashlb.operator.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An authority that somebody else makes and renews, such as cert-manager with {@code isCA: true}: the files {@code tls.crt} and
 * {@code tls.key} of a folder, read again at each refresh. The one before is trusted as long as what it signed lasts.
 */
public final class FileAuthorities implements AuthoritySource {
    private final Path folder;
    private final Duration leafLifetime;
    private @Nullable Authorities last;

    public FileAuthorities(Path folder, Duration leafLifetime) {
        this.folder = folder;
        this.leafLifetime = leafLifetime;
    }

    @Override
    public synchronized Authorities refresh(Instant now) {
        Authority read = read();
        if (last == null) {
            last = new Authorities(Optional.empty(), read, Optional.empty(), now);
        } else if (!last.current().certificate().equals(read.certificate())) {
            last = new Authorities(
                    Optional.empty(), read, Optional.of(last.current().certificate()), now);
        } else if (last.previous().isPresent() && !now.isBefore(last.since().plus(leafLifetime))) {
            last = new Authorities(Optional.empty(), read, Optional.empty(), now);
        }
        return last;
    }

    private Authority read() {
        try {
            List<X509Certificate> chain = Pem.certificates(Files.readString(folder.resolve("tls.crt")));
            if (chain.isEmpty() || chain.getFirst().getBasicConstraints() < 0) {
                throw new IllegalStateException(folder.resolve("tls.crt")
                        + " is not an authority's certificate; give the cert-manager Certificate isCA: true");
            }
            return new Authority(chain.getFirst(), Pem.key(Files.readString(folder.resolve("tls.key"))));
        } catch (IOException e) {
            throw new UncheckedIOException("an authority is expected in " + folder + " as tls.crt and tls.key", e);
        }
    }
}
