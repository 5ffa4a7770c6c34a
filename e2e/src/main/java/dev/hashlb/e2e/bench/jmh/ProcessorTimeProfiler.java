package dev.hashlb.e2e.bench.jmh;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The process's CPU time for each operation. Where other processes want the cores too, time on the wall is theirs as well,
 * but this is not: it is what the goals are compared with. Of the iterations the least disturbed one counts.
 */
public final class ProcessorTimeProfiler implements InternalProfiler {
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long beforeNs;

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        beforeNs = system.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double usedNs = system.getProcessCpuTime() - beforeNs;
        long operations = result.getMetadata().getAllOps();
        return List.of(new ScalarResult("cpu", usedNs / Math.max(1, operations), "ns/op", AggregationPolicy.MIN));
    }

    @Override
    public String getDescription() {
        return "CPU time of the process for each operation";
    }
}
