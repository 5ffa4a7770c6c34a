package dev.hashlb.e2e.bench.jmh;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Parse, calculate and look up: from a packet's bytes to its server. The goal: 25 ns for IPv4, 40 ns for IPv6, no allocation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
// The data plane's collector: its write barriers are part of the figure.
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class DecideBenchmark {
    @Param({"IPV4", "IPV6"})
    Family family = Family.IPV4;

    @Param({"1", "50"})
    int balancers;

    private final Arena arena = Arena.ofShared();
    private final Packet packet = new Packet();
    private final Decision decision = new Decision();
    private MemorySegment packets = MemorySegment.NULL;
    private ForwardingTable table = ForwardingTable.EMPTY;
    private int next;

    @Setup
    public void prepare() {
        packets = Traffic.packets(arena, family, balancers);
        table = ForwardingTable.compile(Traffic.snapshot(balancers));
        for (int i = 0; i < Traffic.PACKETS; i++) {
            if (decide() < 0) {
                throw new IllegalStateException("packet " + i + " is not forwarded: " + decision.dropReason());
            }
        }
    }

    @TearDown
    public void release() {
        arena.close();
    }

    @Benchmark
    public int decide() {
        return parse() || table.decide(packet, decision) != Verdict.FORWARD ? -1 : decision.serverIndex();
    }

    /**
     * The part of it that is parsing; true if the packet is refused. Compiled by itself, as in the engine's larger loop: all in
     * one, C2 reaches its limit of nodes and leaves the look-up in calls.
     */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public boolean parse() {
        next = (next + 1) & (Traffic.PACKETS - 1);
        return PacketParser.parse(packets, (long) next * Traffic.STRIDE_BYTES, Traffic.STRIDE_BYTES, packet) != null;
    }
}
