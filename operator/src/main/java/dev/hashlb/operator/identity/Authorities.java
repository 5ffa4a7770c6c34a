package dev.hashlb.operator.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The authorities of an installation, in overlap: {@code next} is trusted before it signs, so that everybody knows it by then;
 * {@code previous} is trusted until what it signed has ended. Immutable; {@link #at} is the whole rotation.
 *
 * @param next trusted, not signing yet
 * @param current signs
 * @param previous trusted, signs no more
 * @param since when the newest of these steps was made
 */
public record Authorities(
        Optional<Authority> next, Authority current, Optional<X509Certificate> previous, Instant since) {

    /**
     * How long things last.
     *
     * @param authority an authority's certificate
     * @param announced how long the next one is trusted before it signs: longer than a ConfigMap takes to reach all pods
     * @param leaf the longest that is signed: the previous authority is trusted so much longer
     */
    public record Lifetimes(Duration authority, Duration announced, Duration leaf) {
        public static final Lifetimes DEFAULT =
                new Lifetimes(Duration.ofDays(365), Duration.ofDays(1), Duration.ofDays(7));
    }

    /** The first authority of an installation. */
    public static Authorities first(Instant now, Lifetimes lifetimes) {
        return new Authorities(Optional.empty(), create(now, lifetimes), Optional.empty(), now);
    }

    private static Authority create(Instant now, Lifetimes lifetimes) {
        return Authority.create("hashlb-authority-" + now.getEpochSecond(), now, lifetimes.authority());
    }

    /**
     * The authorities as they should be now: one step at most.
     *
     * <p>A new one is announced when two thirds of the current one's life are over. One that has ended (an operator that was away for long)
     * is replaced at once: then data planes need their next look at the ConfigMap.
     */
    public Authorities at(Instant now, Lifetimes lifetimes) {
        Instant end = current.certificate().getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            return next.filter(n -> now.isBefore(n.certificate().getNotAfter().toInstant()))
                    .map(n -> new Authorities(Optional.empty(), n, Optional.empty(), now))
                    .orElseGet(() -> first(now, lifetimes));
        }
        if (next.isPresent()) {
            return now.isBefore(since.plus(lifetimes.announced()))
                    ? this
                    : new Authorities(Optional.empty(), next.get(), Optional.of(current.certificate()), now);
        }
        if (previous.isPresent() && !now.isBefore(since.plus(lifetimes.leaf()))) {
            return new Authorities(Optional.empty(), current, Optional.empty(), now);
        }
        Instant begin = current.certificate().getNotBefore().toInstant();
        Instant due = begin.plus(Duration.between(begin, end).multipliedBy(2).dividedBy(3));
        return previous.isPresent() || now.isBefore(due)
                ? this
                : new Authorities(Optional.of(create(now, lifetimes)), current, previous, now);
    }

    /** All that are trusted, the signing one first. */
    public List<X509Certificate> trusted() {
        List<X509Certificate> trusted = new ArrayList<>();
        trusted.add(current.certificate());
        next.ifPresent(a -> trusted.add(a.certificate()));
        previous.ifPresent(trusted::add);
        return List.copyOf(trusted);
    }
}
