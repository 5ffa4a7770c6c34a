package dev.hashlb.e2e.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle itself, against the example and the vectors that the page gives. */
class OracleTest {
    private static final List<OracleServer> THREE = List.of(server("web-0"), server("web-1"), server("web-2"));

    private static OracleServer server(String name) {
        return new OracleServer(name, "default/web/" + name, 1);
    }

    private static OracleFlow flow(String source, int sourcePort, String vip, int port, int protocol) {
        return OracleFlow.of(
                IpAddress.parse(source).toBytes(),
                sourcePort,
                IpAddress.parse(vip).toBytes(),
                port,
                protocol);
    }

    @ParameterizedTest
    @CsvSource({
        "FiveTuple, Modulo, 6, 192.0.2.7, 40000, 198.51.100.10, 80, web-2",
        "FiveTuple, Stable, 6, 192.0.2.7, 40000, 198.51.100.10, 80, web-1",
        "SourceAndService, Modulo, 6, 192.0.2.7, 40000, 198.51.100.10, 80, web-1",
        "SourceAndService, Stable, 6, 192.0.2.7, 40000, 198.51.100.10, 80, web-2",
        "FiveTuple, Modulo, 6, 2001:db8::7, 40000, 2001:db8:51::10, 80, web-0",
        "FiveTuple, Stable, 17, 2001:db8::7, 40000, 2001:db8:51::10, 53, web-2",
        "SourceAndService, Stable, 17, 2001:db8::7, 40000, 2001:db8:51::10, 53, web-1",
        "FiveTuple, Stable, 6, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535,"
                + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535, web-2",
        "FiveTuple, Stable, 6, 2001:db8::ffff:ffff:ffff:ffff, 1, 2001:db8::1, 1, web-0"
    })
    void agreesWithTheVectorsOfThePage(
            String fields,
            String table,
            int protocol,
            String source,
            int sourcePort,
            String vip,
            int port,
            String name) {
        Oracle oracle = table.equals("Modulo") ? Oracle.modulo(fields, THREE) : Oracle.stable(fields, 16381, THREE);
        assertThat(oracle.server(flow(source, sourcePort, vip, port, protocol))).isEqualTo(name);
    }

    @Test
    void identityHashesAreThoseOfThePage() {
        assertThat(OracleSipHash.identityHash("")).isEqualTo(new BigInteger("726fdb47dd0e0e31", 16));
        assertThat(OracleSipHash.identityHash("default/web/web-10")).isEqualTo(new BigInteger("1a2f73a1fb1fad23", 16));
        assertThat(OracleSipHash.identityHash("zoë/größe/ü-0")).isEqualTo(new BigInteger("b462cbb0fa621a24", 16));
    }
}
