package dev.hashlb.operator.monitoring;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/**
 * What the kubelet asks, who shows no token: {@code /livez} and {@code /readyz} answer 200 or 503 and nothing else, so there is nothing to
 * be learnt from it that a connection to the port would not tell.
 */
public final class Probes {
    private Probes() {}

    /** Adds them to what is served on plain HTTP. */
    public static void serve(Router router, BooleanSupplier ready) {
        router.get("/livez").handler(request -> end(request, true));
        router.get("/readyz").handler(request -> end(request, ready.getAsBoolean()));
    }

    private static void end(RoutingContext request, boolean good) {
        request.response().setStatusCode(good ? 200 : 503).end();
    }
}
