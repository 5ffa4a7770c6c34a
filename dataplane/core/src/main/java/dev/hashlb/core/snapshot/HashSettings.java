package dev.hashlb.core.snapshot;

/**
 * How a balancer calculates.
 *
 * @param fields what is added up
 * @param table what turns the slot into a server
 * @param buckets the number of buckets of {@link TableKind#STABLE}: 1021, 4093, 16381 or 65537; unused by {@code MODULO}
 */
public record HashSettings(HashFields fields, TableKind table, int buckets) {
    public static final int DEFAULT_BUCKETS = 16381;
    public static final HashSettings DEFAULT =
            new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, DEFAULT_BUCKETS);
}
