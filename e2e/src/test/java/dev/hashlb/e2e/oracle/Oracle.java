package dev.hashlb.e2e.oracle;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which server takes a flow, computed as docs/calculation.md says and from that page alone: slow, without tables, with integers
 * that cannot overflow. Nothing of {@code core} is used.
 */
public final class Oracle {
    private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger GOLDEN = new BigInteger("9E3779B97F4A7C15", 16);
    private static final BigInteger FIRST_FACTOR = new BigInteger("BF58476D1CE4E5B9", 16);
    private static final BigInteger SECOND_FACTOR = new BigInteger("94D049BB133111EB", 16);

    private final boolean fiveTuple;
    private final boolean stable;
    private final int n;
    private final List<OracleServer> servers;

    private Oracle(String fields, boolean stable, int n, List<OracleServer> servers) {
        this.fiveTuple = fields.equals("FiveTuple");
        this.stable = stable;
        this.n = n;
        this.servers = List.copyOf(servers);
    }

    /** @param servers in the file's order */
    public static Oracle modulo(String fields, List<OracleServer> servers) {
        return new Oracle(fields, false, servers.size(), servers);
    }

    public static Oracle stable(String fields, int buckets, List<OracleServer> servers) {
        return new Oracle(fields, true, buckets, servers);
    }

    /** The exact sum, mod N. */
    public int slot(OracleFlow flow) {
        BigInteger sum = flow.source().add(flow.destination()).add(BigInteger.valueOf(flow.destinationPort()));
        if (fiveTuple) {
            sum = sum.add(BigInteger.valueOf(flow.sourcePort())).add(BigInteger.valueOf(flow.protocol()));
        }
        return sum.mod(BigInteger.valueOf(n)).intValueExact();
    }

    /** The name of the server that takes the flow. */
    public String server(OracleFlow flow) {
        int slot = slot(flow);
        return stable ? bucketOwner(slot).name() : servers.get(slot).name();
    }

    private OracleServer bucketOwner(int bucket) {
        return servers.stream()
                .min(Comparator.comparing((OracleServer server) -> score(server, bucket))
                        .reversed()
                        .thenComparing(server -> OracleSipHash.identityHash(server.identity()))
                        .thenComparing(OracleServer::identity))
                .orElseThrow();
    }

    private static BigInteger score(OracleServer server, int bucket) {
        BigInteger identityHash = OracleSipHash.identityHash(server.identity());
        return IntStream.range(0, server.weight())
                .mapToObj(replica -> {
                    BigInteger input = BigInteger.valueOf(replica).shiftLeft(32).or(BigInteger.valueOf(bucket));
                    BigInteger salt = mix64(input.add(GOLDEN).mod(WORD));
                    return mix64(identityHash.xor(salt));
                })
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static BigInteger mix64(BigInteger z) {
        BigInteger first = z.xor(z.shiftRight(30)).multiply(FIRST_FACTOR).mod(WORD);
        BigInteger second =
                first.xor(first.shiftRight(27)).multiply(SECOND_FACTOR).mod(WORD);
        return second.xor(second.shiftRight(31));
    }
}
