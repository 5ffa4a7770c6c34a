package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.ChainCounter;
import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One packet thread's counters: written by that thread alone, read by any. Rows are the engine's numbers for balancers; row 0
 * is for packets of no single balancer.
 */
@SuppressWarnings("EnumOrdinal") // cells of this process's memory only: nothing outlives a change of the enums
final class LoopCounters {
    static final int UNOWNED_ROW = 0;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int OUTCOMES = Outcome.values().length;
    private static final int ROW_LENGTH = 2 * OUTCOMES;

    private final long[] chain = new long[ChainCounter.values().length];
    private final long[] claimed = new long[EngineCounters.MOST_HOPS_TOLD_APART + 1];
    private final long[] passedOn = new long[EngineCounters.MOST_HOPS_TOLD_APART + 1];
    private final long[] drops = new long[DropReason.values().length];
    private volatile long[] rows = new long[ROW_LENGTH];

    /** Makes room for this many rows; called by the owning thread when a table is applied. */
    void ensureRows(int count) {
        if (rows.length < count * ROW_LENGTH) {
            rows = Arrays.copyOf(rows, count * ROW_LENGTH);
        }
    }

    void drop(DropReason reason, int packets) {
        add(drops, reason.ordinal(), packets);
    }

    void chain(ChainCounter counter) {
        add(chain, counter.ordinal(), 1);
    }

    void claimed(int hops) {
        add(claimed, Math.min(hops, EngineCounters.MOST_HOPS_TOLD_APART), 1);
    }

    void passedOn(int hops) {
        add(passedOn, Math.min(hops, EngineCounters.MOST_HOPS_TOLD_APART), 1);
    }

    long readChain(ChainCounter counter) {
        return (long) LONGS.getOpaque(chain, counter.ordinal());
    }

    long readClaimed(int hops) {
        return (long) LONGS.getOpaque(claimed, hops);
    }

    long readPassedOn(int hops) {
        return (long) LONGS.getOpaque(passedOn, hops);
    }

    void count(int row, Outcome outcome, int packets, long bytes) {
        long[] cells = rows;
        int at = row * ROW_LENGTH + 2 * outcome.ordinal();
        add(cells, at, packets);
        add(cells, at + 1, bytes);
    }

    long dropped(DropReason reason) {
        return (long) LONGS.getOpaque(drops, reason.ordinal());
    }

    long packets(int row, Outcome outcome) {
        return read(row * ROW_LENGTH + 2 * outcome.ordinal());
    }

    long bytes(int row, Outcome outcome) {
        return read(row * ROW_LENGTH + 2 * outcome.ordinal() + 1);
    }

    private long read(int at) {
        long[] cells = rows;
        return at < cells.length ? (long) LONGS.getOpaque(cells, at) : 0;
    }

    private static void add(long[] cells, int at, long amount) {
        LONGS.setOpaque(cells, at, (long) LONGS.getOpaque(cells, at) + amount); // one writer: no atomic needed
    }
}
