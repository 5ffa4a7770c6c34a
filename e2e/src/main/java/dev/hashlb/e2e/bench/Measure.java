package dev.hashlb.e2e.bench;

/**
 * What a figure is.
 *
 * @param name as the report prints it
 * @param unit of the values
 * @param moreIsBetter whether a higher value is the better one
 */
record Measure(String name, String unit, boolean moreIsBetter) {
    static final Measure CONNECTIONS = new Measure("connections", "1/s", true);
    static final Measure UDP_64 = new Measure("UDP 64 B", "packets/s", true);
    static final Measure UDP_1400 = new Measure("UDP 1,400 B", "packets/s", true);
    static final Measure UDP_1400_GSO = new Measure("UDP 1,400 B, sent with GSO", "packets/s", true);
    static final Measure ROUND_TRIPS = new Measure("round trips at most", "1/s", true);
    static final Measure P50 = new Measure("latency p50 at half load", "µs", false);
    static final Measure P99 = new Measure("latency p99 at half load", "µs", false);
    static final Measure CPU_BULK = new Measure("router process CPU, bulk", "ns/packet", false);
    static final Measure CPU_BULK_SOFTIRQ =
            new Measure("router process CPU + all softirq threads, bulk", "ns/packet", false);
    static final Measure CPU_UDP_64 = new Measure("router process CPU, UDP 64 B", "ns/packet", false);
    static final Measure START = new Measure("start to first forwarded packet", "ms", false);
    static final Measure RESIDENT = new Measure("resident, idle", "MiB", false);
    static final Measure RESIDENT_AFTER_FLOWS = new Measure("resident after 1,000,000 flows", "MiB", false);
    static final Measure HEAP = new Measure("live heap, idle", "KiB", false);
    static final Measure HEAP_AFTER_FLOWS = new Measure("live heap after 1,000,000 flows", "KiB", false);

    static Measure cpuOfDataPlanes(int flows) {
        return new Measure("both data planes' CPU, " + tcp(flows).name(), "ns/packet", false);
    }

    static Measure tcp(int flows) {
        return new Measure("TCP " + flows + (flows == 1 ? " flow" : " flows"), "Gbit/s", true);
    }
}
