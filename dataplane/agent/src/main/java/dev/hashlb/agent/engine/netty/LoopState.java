package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.linux.CallState;

/** What the parts of one packet loop share. Touched by that loop's thread alone, but for the counters, which others read. */
final class LoopState {
    private final EngineSettings settings;
    private final int routerQueueFd;
    private final int index;
    private final CallState calls = new CallState();
    private final LoopCounters counters = new LoopCounters();
    private final TagCheck tags = new TagCheck();
    private final PodPort nodePort = new PodPort("the node's own");
    private ForwardingView view;
    private long nowNanos = System.nanoTime();

    /** @param index the loop's number, from 0 */
    LoopState(EngineSettings settings, int index, ForwardingView view) {
        this.settings = settings;
        this.index = index;
        this.routerQueueFd = settings.routerQueueFds().get(index);
        this.view = view;
        nodePort.attach(routerQueueFd, false);
    }

    /** The loop's number, from 0. */
    int index() {
        return index;
    }

    EngineSettings settings() {
        return settings;
    }

    /** This loop's queue of the node's TUN: packets written here enter the node's own network namespace. */
    int routerQueueFd() {
        return routerQueueFd;
    }

    /** The same queue as where packets enter a network namespace: the node's own. */
    PodPort nodePort() {
        return nodePort;
    }

    /** For this thread's system calls. */
    CallState calls() {
        return calls;
    }

    LoopCounters counters() {
        return counters;
    }

    TagCheck tags() {
        return tags;
    }

    ForwardingView view() {
        return view;
    }

    void apply(ForwardingView newView, int counterRows) {
        counters.ensureRows(counterRows);
        tags.use(newView.keys());
        view = newView;
    }

    /** {@link System#nanoTime} when the batch at hand was begun: precise enough for rate limits, and read once. */
    long nowNanos() {
        return nowNanos;
    }

    void beginBatch() {
        nowNanos = System.nanoTime();
    }
}
