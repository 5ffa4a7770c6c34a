package dev.hashlb.operator.push;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/** Counts how calls end, those included that gRPC itself ends, such as for a message that is too long. */
final class EndedCalls extends ServerStreamTracer.Factory {
    private final PushMetrics metrics;

    EndedCalls(PushMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new ServerStreamTracer() {
            @Override
            public void streamClosed(Status status) {
                metrics.ended(status.getCode());
            }
        };
    }
}
