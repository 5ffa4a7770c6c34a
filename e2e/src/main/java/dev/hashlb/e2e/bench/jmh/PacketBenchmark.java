package dev.hashlb.e2e.bench.jmh;

import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How all benchmarks of this package are run, on packets of {@link Traffic}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
// The data plane's collector: its write barriers are part of the figure.
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public abstract class PacketBenchmark {
    final Arena arena = Arena.ofShared();
    final Packet packet = new Packet();
    MemorySegment packets = MemorySegment.NULL;
    private int next;

    @TearDown
    public void release() {
        arena.close();
    }

    /**
     * Parses the next packet; true if it is refused. Compiled by itself, as in the engine's larger loop: all in one, C2 reaches its limit of
     * nodes and leaves the look-up in calls.
     */
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    boolean parseNext() {
        next = (next + 1) & (Traffic.PACKETS - 1);
        return PacketParser.parse(packets, (long) next * Traffic.STRIDE_BYTES, Traffic.STRIDE_BYTES, packet) != null;
    }
}
